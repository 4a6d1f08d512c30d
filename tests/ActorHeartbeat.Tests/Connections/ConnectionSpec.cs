using ActorHeartbeat.Connections;
using ActorHeartbeat.Delivery;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;
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

    private readonly TestProbe _supervisor;
    private readonly SchedulerClock _clock;

    protected ConnectionSpec()
        : base(VirtualTime.Configuration)
    {
        _supervisor = CreateTestProbe("supervisor");
        _clock = new SchedulerClock(Sys.Scheduler);
        Network = new ScriptedNetwork((delay, action) => Sys.Scheduler.Advanced.ScheduleOnce(delay, action));
        Ledger.Configure(new SupervisorSettings(), new Dictionary<string, GroupSettings>(), _clock.Elapsed);
        Governor = Sys.ActorOf(ConnectGovernor.Props(Ledger, _clock, null), "governor");
        Sys.EventStream.Subscribe(TestActor, typeof(StateChanged));
    }

    protected ScriptedNetwork Network { get; }

    protected IAttemptResolver Resolver { get; set; } = new PlainResolver();

    protected GovernorLedger<IActorRef> Ledger { get; } = new();

    protected IActorRef Governor { get; }

    protected IActorRef Connection { get; private set; } = null!; // by Start

    protected EndpointMemory Memory { get; private set; } = null!; // by Start

    protected TestProbe Supervisor => _supervisor;

    protected ScriptedConnection Socket => Network.Connection(Id);

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Starts the actor and waits until it has said so.</summary>
    protected void Start(EndpointSettings? settings = null, ConnectionRole? role = null, Rate? sendRate = null)
    {
        var endpoint = settings ?? Defaults;
        Memory = new EndpointMemory(endpoint, new FeedRegistry(TimeProvider.System).GetOrAdd(endpoint.Id, endpoint.Limits)) { SendRate = sendRate };
        Connection = Sys.ActorOf(PropsOf(role ?? new ConnectionRole(true)));
    }

    /// <summary>What a supervisor does after a crash: another actor for the same memory and role.</summary>
    protected void Restart(ConnectionRole role) => Connection = Sys.ActorOf(PropsOf(role));

    private Props PropsOf(ConnectionRole role) => ConnectionActor.Props(
        Memory, new ConnectionDependencies(Network, Resolver, Governor, _supervisor.Ref, _clock, Seed: 1), TimeSpan.Zero, role);

    /// <summary>Starts the actor and brings it to Open.</summary>
    protected void StartOpen(EndpointSettings? settings = null, Rate? sendRate = null)
    {
        Start(settings, sendRate: sendRate);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    /// <summary>What a supervisor does: it writes a subscription down and tells the connection.</summary>
    protected void Subscribe(string key, string text) => Connection.Tell(Memory.Subscriptions.Remember(key, OutboundMessage.Text(text)));

    protected void Unsubscribe(string key, string? text = null) =>
        Connection.Tell(Memory.Subscriptions.Forget(key, text is null ? null : OutboundMessage.Text(text)));

    /// <summary>Moves time once everything sent so far has been handled; a timer is due no earlier than it is armed.</summary>
    protected void Advance(double seconds)
    {
        Settle();
        ((TestScheduler)Sys.Scheduler).Advance(Seconds(seconds));
        Settle();
    }

    /// <summary>Waits until actor and governor have nothing left to do: each answers after all that came before.</summary>
    protected void Settle()
    {
        for (var round = 0; round < 3; round++)
        {
            var probe = CreateTestProbe();
            Governor.Tell(new GetPlace(Id), probe.Ref);
            probe.ExpectMsg<QueuePlace>();
            if (Memory is null)
                continue;
            Connection.Tell(new Identify(null), probe.Ref);
            probe.ExpectMsg<ActorIdentity>();
        }
    }

    /// <summary>The next transitions lead through these states and no others.</summary>
    protected List<StateChanged> ExpectStates(params ConnectionState[] states)
    {
        var changes = new List<StateChanged>();
        foreach (var state in states)
        {
            var change = ExpectMsg<StateChanged>();
            Assert.Equal(state, change.To);
            changes.Add(change);
        }
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
        public ValueTask<DialRequest> ResolveAsync(EndpointSettings settings, Uri url, CancellationToken cancellation) =>
            new(new DialRequest(settings, url, []));
    }
}
