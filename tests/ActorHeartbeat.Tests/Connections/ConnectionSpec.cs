using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Templates;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>One connection actor with a real governor on a scripted network, in virtual time.</summary>
public abstract class ConnectionSpec : Akka.TestKit.Xunit2.TestKit
{
    protected static readonly EndpointId Id = new("feed");

    protected static readonly EndpointSettings Defaults = new()
    {
        Id = Id,
        Url = new Uri("ws://feed.test/path?token=secret"),
        Backoff = new BackoffSettings { Jitter = Jitter.None },
    };

    /// <summary>Asks who is idle. One for all: a test that settles a thousand times would have as many probes.</summary>
    private TestProbe? _asker;

    private readonly TestProbe _supervisor;
    private readonly SchedulerClock _clock;
    private readonly IActorRef _listener;
    private ConnectionStart _start = null!; // set by Start
    private TestProbe? _death;

    protected ConnectionSpec()
        : base(VirtualTime.WithSerialization)
    {
        _supervisor = CreateTestProbe("supervisor");
        _clock = new SchedulerClock(Sys.Scheduler);
        Network = new ScriptedNetwork((delay, action) => Sys.Scheduler.Advanced.ScheduleOnce(delay, action));
        Ledger.Configure(new SupervisorSettings(), new Dictionary<string, GroupSettings>(), _clock.Elapsed);
        Governor = Sys.ActorOf(ConnectGovernor.Props(Ledger, _clock, store: null, room: null), "governor");
        _listener = Sys.ActorOf(Props.Create(() => new Listener(TestActor, _supervisor.Ref)), "listener");
    }

    protected ScriptedNetwork Network { get; }

    protected IAttemptResolver Resolver { get; set; } = new PlainResolver();

    protected ConversationExtensions Extensions { get; set; } = ConversationExtensions.Default;

    protected GovernorLedger<IActorRef> Ledger { get; } = new();

    protected IActorRef Governor { get; }

    protected IActorRef Connection { get; private set; } = null!; // set by Start

    private protected EndpointPlane Plane { get; private set; } = null!; // set by Start

    private protected ConnectionBoard Board { get; private set; } = null!; // set by Start

    protected ConnectionStatus? Status => Board.Status;

    /// <summary>Receives the reports of the connection except its changes of state.</summary>
    protected TestProbe Supervisor => _supervisor;

    protected ScriptedConnection Socket => Network.Connection(Id);

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>A pattern of JSON with this value, or these conditions, at a pointer.</summary>
    protected static MessagePattern Json(string pointer, string value) => new MessagePattern.Json([new JsonExpectation(pointer, value)]);

    /// <summary>Values of let, capture or set by name.</summary>
    protected static ValueMap<ValueTemplate> Values(params (string Name, string Text)[] values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, ValueTemplate.Text(value.Text))));

    protected void Start(EndpointSettings? settings = null, bool isPrimary = true, Rate? sendRate = null) =>
        Start(settings, isPrimary, sendRate, Session.Empty);

    private protected void Start(EndpointSettings? settings, bool isPrimary, Rate? sendRate, Session session)
    {
        var endpoint = settings ?? Defaults;
        Plane = new EndpointPlane(new FeedRegistry(TimeProvider.System).GetOrAdd(endpoint.Id, endpoint.Limits));
        Plane.Feed.LetSpeak(1);
        Board = new ConnectionBoard();
        _start = new ConnectionStart(new ConnectionId(1), endpoint, sendRate, isPrimary, TimeSpan.Zero, UrlIndex: 0) { Session = session };
        Restart();
    }

    /// <summary>Starts another actor for the same connection, as a supervisor does after a crash.</summary>
    private protected void Restart(Func<ConnectionStart, ConnectionStart>? change = null)
    {
        _start = change?.Invoke(_start) ?? _start;
        Connection = Sys.ActorOf(
            ConnectionActor.Props(
                _start,
                Plane,
                Board,
                new ConnectionDependencies(Network, Resolver, Governor, _listener, _clock, Seed: 1)
                {
                    Extensions = Extensions,
                    Entered = state => _listener.Tell(new Entered(state)),
                }));
    }

    /// <summary>Watches with a separate probe, because reports of the connection pass through the listener.</summary>
    protected void WatchConnection()
    {
        _death = CreateTestProbe();
        _death.Watch(Connection);
    }

    protected void ExpectStopped() => _death!.ExpectTerminated(Connection);

    /// <summary>Applies settings as a supervisor does on a reload.</summary>
    protected void Reload(EndpointSettings settings, ChangeEffect effect) =>
        Connection.Tell(new SettingsChanged(settings, _start.SendRate, effect));

    /// <summary>Starts the actor and brings it to Open.</summary>
    protected void StartOpen(EndpointSettings? settings = null, Rate? sendRate = null)
    {
        Start(settings, sendRate: sendRate);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    /// <summary>Gives the connection a message to send as a supervisor does.</summary>
    protected void Send(string text, IActorRef asker)
    {
        Assert.True(Plane.SendInbox.TryAdd(OutboundMessage.Text(text), asker, capacity: 100));
        Connection.Tell(TakeSends.Instance);
    }

    /// <summary>Adds a key as a supervisor does: "sub" asks for it, "unsub" ends it.</summary>
    protected void Subscribe(string key) => Want([.. Wanted.ForEach, key]);

    /// <summary>Takes a key away as a supervisor does.</summary>
    protected void Unsubscribe(string key) => Want([.. Wanted.ForEach.Where(each => each != key)]);

    private SubscriptionSettings Wanted => _start.Settings.Subscriptions.GetValueOrDefault("said") ?? new SubscriptionSettings
    {
        Send = MessageTemplate.Text("sub @{each}"),
        Cancel = MessageTemplate.Text("unsub @{each}"),
    };

    private void Want(ValueList<string> keys)
    {
        var said = KeyValuePair.Create("said", Wanted with { ForEach = keys });
        _start = _start with { Settings = _start.Settings with { Subscriptions = new([said]) } };
        Reload(_start.Settings, ChangeEffect.Live);
    }

    /// <summary>Advances time after all messages so far have been handled, so that every timer is armed before time moves.</summary>
    protected void Advance(double seconds)
    {
        Settle();
        ((VirtualScheduler)Sys.Scheduler).Advance(Seconds(seconds));
        Settle();
    }

    /// <summary>Waits until the actor and the governor are idle: each answers a query after all earlier messages.</summary>
    protected void Settle()
    {
        var probe = _asker ??= CreateTestProbe();
        for (var round = 0; round < 3; round++)
        {
            Governor.Tell(new GetPlace(Id), probe.Ref);
            probe.ExpectMsg<QueuePlace>();
            if (Connection is null)
                continue;
            Connection.Tell(new Identify(null), probe.Ref);
            probe.ExpectMsg<ActorIdentity>();
        }
    }

    /// <summary>Expects transitions through these states, in this order, and waits until what follows the last is done too.</summary>
    protected List<StateChanged> ExpectStates(params ConnectionState[] states)
    {
        var changes = new List<StateChanged>();
        foreach (var state in states)
        {
            var change = ExpectMsg<StateChanged>();
            Assert.Equal(state, change.To);
            changes.Add(change);
        }
        Settle();
        return changes;
    }

    protected StateChanged ExpectBackingOff(CauseKind cause)
    {
        var change = ExpectStates(ConnectionState.BackingOff)[0];
        Assert.Equal(cause, change.Cause!.Kind);
        return change;
    }

    protected IReadOnlyList<string> SentText => Socket.SentText;

    private sealed class PlainResolver : IAttemptResolver
    {
        public ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation) =>
            new(new DialRequest(attempt.Settings, attempt.Url, []));
    }

    private sealed record Entered(ConnectionState State);

    /// <summary>
    /// Stands for the supervisor and hears of every state, so that reported changes of
    /// state and heartbeats, which are not reported, arrive in the order in which they happen.
    /// </summary>
    private sealed class Listener(IActorRef test, IActorRef supervisor) : UntypedActor
    {
        private ConnectionState _last = ConnectionState.BackingOff;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case ConnectionChanged { Status: var status } changed:
                    Tell(
                        new StateChanged(
                            changed.Endpoint,
                            status.Incarnation,
                            _last,
                            status.State,
                            status.Attempt,
                            changed.Cause,
                            changed.RetryIn,
                            status.Since));
                    break;
                // Open is reported when it follows another state than this one
                case Entered { State: ConnectionState.AwaitingPong } when _last != ConnectionState.AwaitingPong:
                case Entered { State: ConnectionState.Open } when _last == ConnectionState.AwaitingPong:
                    Tell(new StateChanged(Id, 0, _last, ((Entered)message).State, 0, null, null, default));
                    break;
                case ConnectionReport:
                    supervisor.Forward(message);
                    break;
            }
        }

        private void Tell(StateChanged change)
        {
            _last = change.To;
            test.Tell(change);
        }
    }
}
