using System.Globalization;
using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>
/// Plays a script against one connection actor and observes the actor from outside after each line. The
/// network, the governor and the supervisor act only when a line says so, so that a line is one event.
/// </summary>
internal sealed class Story : IDisposable
{
    public static readonly EndpointId Id = new("feed");

    private static readonly EndpointSettings Defaults = new()
    {
        Id = Id,
        Url = new Uri("ws://feed.test/"),
        Backoff = new BackoffSettings { Jitter = Jitter.None },
    };

    private readonly ActorSystem _system;
    private readonly TestProbe _probe;
    private readonly StoryEar _ear;
    private readonly SchedulerClock _clock;
    private readonly ScriptedNetwork _network;
    private ConnectionStart _start = new(new ConnectionId(1), Defaults, null, IsPrimary: true, TimeSpan.Zero, UrlIndex: 0);
    private EndpointPlane _plane = null!; // set by Start
    private ConnectionBoard _board = null!; // set by Start
    private IActorRef _connection = null!; // set by Start
    private ConnectionActor _actor = null!; // set by Start
    private FeedSubscription? _reader;
    private TimeSpan _stoodStillUntil;
    private bool _hasUnread;
    private string _credentials = "old";
    private bool _stopped;
    private int _rounds;

    public Story(ActorSystem system, TestProbe probe)
    {
        (_system, _probe) = (system, probe);
        _ear = new StoryEar(((ExtendedActorSystem)system).Provider);
        system.EventStream.Subscribe(_ear.As("errors"), typeof(Akka.Event.Error));
        _clock = new SchedulerClock(system.Scheduler, () => _stoodStillUntil);
        _network = new ScriptedNetwork((delay, action) => system.Scheduler.Advanced.ScheduleOnce(delay, action))
        {
            HoldsEnds = true,
            Otherwise = _ => DialScript.Manual,
        };
    }

    /// <summary>Virtual time. An actor that throws stops, as under the supervisor.</summary>
    public static Config Configuration => ConfigurationFactory
        .ParseString("akka.actor.guardian-supervisor-strategy = \"Akka.Actor.StoppingSupervisorStrategy, Akka\"")
        .WithFallback(VirtualTime.Configuration);

    /// <summary>The observed state of the actor.</summary>
    public StoryView View => StoryView.Of(_actor, _board, _plane, _clock.Elapsed, _stopped);

    private ScriptedDial Dial => _network.DialsOf(Id)[^1];

    private ScriptedConnection Socket => _network.Connection(Id);

    /// <summary>Plays a line.</summary>
    /// <returns>The observed effects; null for a line that only prepares the story.</returns>
    public StoryMoment? Play(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "settings":
                _start = _start with { Settings = StorySettings.With(_start.Settings, words[1..]) };
                return null;
            case "rate":
                _start = _start with { SendRate = new Rate(1, StorySettings.Time(words[1])) };
                return null;
            case "successor":
                _start = _start with { IsPrimary = false };
                return null;
        }
        var before = _actor is null ? null : View;
        _ear.Heard.Clear();
        _ear.Entered.Clear();
        Happens(line, words);
        Settle();
        return StoryMoment.Between(before, View, _ear);
    }

    public void Dispose()
    {
        if (_connection is not null && !_stopped)
        {
            _system.Stop(_connection);
            _probe.FishForMessage(message => message is Terminated);
        }
        _system.EventStream.Unsubscribe(_ear.As("errors"));
    }

    private void Happens(string line, string[] words)
    {
        switch (words[0])
        {
            case "start":
                Start();
                break;
            case "advance":
                ((VirtualScheduler)_system.Scheduler).Advance(StorySettings.Time(words[1]));
                break;
            case "stand":
                StandStill(StorySettings.Time(words[2]));
                break;
            case "rotate":
                _credentials = words[^1];
                break;
            case "bytes":
                _hasUnread = true;
                break;
            case "dial" when words[1] == "succeeds":
                Dial.Accept(prepare: socket => (socket.PongAfter, socket.AnswersClose) = (null, false));
                break;
            case "dial":
                Dial.Fail(Failure(words));
                break;
            case "text":
                Socket.DeliverText(line[5..]);
                break;
            case "old":
                _plane.Shapes.Received(1, isSuccessor: false, MessageKind.Text, Encoding.UTF8.GetBytes(line[9..]));
                break;
            case "pong":
                Socket.DeliverPong(Socket.Pings[^1]);
                break;
            case "end":
                End(words[1..]);
                break;
            case "hold":
                HoldBack();
                break;
            case "crash":
                _connection.Tell(Kill.Instance);
                break;
            default:
                _connection.Tell(StoryMessages.Read(line, words, this), _ear.As("answer"));
                break;
        }
    }

    private void End(string[] code)
    {
        if (code.Length > 0)
            Socket.PeerClose(int.Parse(code[0], CultureInfo.InvariantCulture), string.Join(' ', code[1..]));
        else if (!Socket.IsEnded)
            Socket.Lose();
        Socket.ReportEnd();
    }

    private void StandStill(TimeSpan time)
    {
        _stoodStillUntil = _clock.Elapsed + time;
        ((VirtualScheduler)_system.Scheduler).Advance(time);
    }

    private void HoldBack()
    {
        _reader = new FeedSubscription(
            new SubscriptionOptions { Capacity = 2, Overflow = OverflowPolicy.PauseReading, IncludeState = false },
            endsWithItsFeed: true,
            _ => { });
        _plane.Feed.Attach(_reader);
        Socket.DeliverText("one");
        Socket.DeliverText("two");
    }

    /// <summary>Creates the message with which the supervisor would report other settings.</summary>
    internal SettingsChanged Reload(IEnumerable<string> words, bool beside)
    {
        var settings = StorySettings.With(_start.Settings, words);
        var effect = EndpointChange.Between(_start.Settings, settings).Effect;
        _start = _start with { Settings = settings };
        return new SettingsChanged(settings, _start.SendRate, beside ? ChangeEffect.Live : effect);
    }

    /// <summary>What the supervisor would do with a key that comes or goes.</summary>
    internal SettingsChanged Want(string key, bool isWanted)
    {
        var said = _start.Settings.Subscriptions.GetValueOrDefault("said") ?? new SubscriptionSettings
        {
            Send = MessageTemplate.Text("sub @{each}"),
            Cancel = MessageTemplate.Text("unsub @{each}"),
        };
        said = said with { ForEach = isWanted ? [.. said.ForEach, key] : [.. said.ForEach.Where(each => each != key)] };
        _start = _start with { Settings = _start.Settings with { Subscriptions = new([KeyValuePair.Create("said", said)]) } };
        return new SettingsChanged(_start.Settings, _start.SendRate, ChangeEffect.Live);
    }

    /// <summary>What the supervisor would do with a message to send.</summary>
    internal TakeSends Give(OutboundMessage message)
    {
        Assert.True(_plane.SendInbox.TryAdd(message, _ear.As("answer"), capacity: 100));
        return TakeSends.Instance;
    }

    internal long Incarnation => View.Incarnation;

    internal long Request => _ear.Request;

    internal int? Refused => (_actor.Data as BackingOffData)?.Refused;

    internal int OpeningStep => _actor.Data is ConnectingData { Step: { } step } ? step : 0;

    private void Start()
    {
        if (_plane is null)
        {
            _plane = new EndpointPlane(new FeedRegistry(TimeProvider.System).GetOrAdd(Id, _start.Settings.Limits));
            _plane.Feed.LetSpeak(1);
            _board = new ConnectionBoard();
        }
        _stopped = false;
        var with = new ConnectionDependencies(
            new StoryNetwork(_network, _ear.Happened, () => _hasUnread),
            new StoryResolver(() => _credentials),
            _ear.As("governor"),
            _ear.As("supervisor"),
            _clock,
            Seed: 1)
        {
            Entered = _ear.HasEntered,
        };
        _connection = _system.ActorOf(Props.CreateBy(new Producer(this, with)));
        _probe.Watch(_connection);
    }

    /// <summary>Waits until the actor has answered after all earlier messages; the next round covers messages to itself.</summary>
    private void Settle()
    {
        for (var round = 0; round < 4 && !_stopped; round++)
        {
            var asked = ++_rounds;
            _connection.Tell(new Identify(asked), _probe.Ref);
            _stopped =
                _probe.FishForMessage(message => message is Terminated || Equals((message as ActorIdentity)?.MessageId, asked))
                is Terminated;
        }
    }

    private static DialFailure Failure(string[] words) => words.Length < 3
        ? new DialFailure(FailureLayer.Tcp, "connection refused")
        : new DialFailure(FailureLayer.Http, $"refused with {words[2]}")
        {
            HttpStatus = int.Parse(words[2], CultureInfo.InvariantCulture),
            RetryAfter = words.Length > 3 ? words[3] : null,
        };

    private sealed class StoryResolver(Func<string> credentials) : IAttemptResolver
    {
        public ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation) =>
            new(new DialRequest(
                attempt.Settings,
                attempt.Url,
                [.. attempt.Settings.Headers.Select(header => KeyValuePair.Create(header.Key, credentials()))]));
    }

    /// <summary>Creates the actor and keeps a reference: the test observes the FSM itself, not its reports.</summary>
    private sealed class Producer(Story story, ConnectionDependencies with) : IIndirectActorProducer
    {
        public Type ActorType => typeof(ConnectionActor);

        public ActorBase Produce() => story._actor = new ConnectionActor(story._start, story._plane, story._board, with);

        public void Release(ActorBase actor)
        {
        }
    }
}
