using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>The supervisor with its real children on a scripted network, in virtual time.</summary>
public abstract class SupervisorSpec : Akka.TestKit.Xunit2.TestKit
{
    private protected static readonly SupervisorSettings NoSpread = new()
    {
        StartSpread = TimeSpan.Zero,
        Restart = new RestartSettings { Jitter = 0 },
    };

    private protected ScriptedNetwork Network { get; }

    private protected FeedRegistry Feeds { get; } = new(TimeProvider.System);

    private protected IActorRef Supervisor { get; set; }

    protected SupervisorSpec()
        : this(VirtualTime.WithSerialization)
    {
    }

    private protected SupervisorSpec(Config configuration)
        : base(configuration)
    {
        Network = new ScriptedNetwork((delay, action) => Sys.Scheduler.Advanced.ScheduleOnce(delay, action));
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies), "connections");
    }

    private protected SupervisorDependencies Dependencies => new(Network, new SecretAttemptResolver(_ => null), Feeds) { Seed = 1 };

    private protected static EndpointId Id(string name) => new(name);

    private protected static EndpointSettings Endpoint(string name) =>
        new() { Id = new EndpointId(name), Url = new Uri($"ws://{name}.test/") };

    private protected static string Names(IEnumerable<EndpointId> ids) => string.Join(',', ids);

    private protected static string Names(IEnumerable<ChangedEndpoint> changed) => Names(changed.Select(endpoint => endpoint.Id));

    private protected static EndpointSettings Rotating(string name) => Endpoint(name) with
    {
        MaxAge = new RotationSettings(TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(5)),
        Backoff = new BackoffSettings { Jitter = Jitter.None },
    };

    private protected static GroupSettings Narrow(int connections) => new() { Name = "narrow", MaxConnections = connections };

    private protected QueuePlace Place()
    {
        Supervisor.Tell(new GetPlace(Id("a")), TestActor);
        return ExpectMsg<QueuePlace>();
    }

    private protected void AwaitPlace(string why) => AwaitAssert(() =>
    {
        Advance(0);
        Assert.Equal((1, why), (Place().Place, Place().Why));
    });

    private protected static SubscribeTo Subscription(string text) => new(new EndpointId("a"), "said", text);

    /// <summary>Settings with a subscription whose keys are what is said, and ended with "no".</summary>
    private protected static EndpointSettings Saying(EndpointSettings settings) => settings with
    {
        Subscriptions = new([KeyValuePair.Create("said", new SubscriptionSettings
        {
            Send = MessageTemplate.Text("@{each}"),
            Cancel = MessageTemplate.Text("no @{each}"),
        })]),
    };

    private protected ConfigurationApplied Apply(params EndpointSettings[] endpoints) => Apply([], endpoints);

    private protected ConfigurationApplied Apply(GroupSettings[] groups, params EndpointSettings[] endpoints)
    {
        Supervisor.Tell(new ApplyConfiguration([.. endpoints], ValueMap.By(group => group.Name, groups), NoSpread), TestActor);
        return (ConfigurationApplied)FishForMessage(message => message is ConfigurationApplied);
    }

    private protected ConfigurationApplied Apply(EndpointSettings[] endpoints, KnownChanges known)
    {
        Supervisor.Tell(new ApplyConfiguration([.. endpoints], ValueMap<GroupSettings>.Empty, NoSpread) { Known = known }, TestActor);
        return (ConfigurationApplied)FishForMessage(message => message is ConfigurationApplied);
    }

    /// <summary>Crashes a connection with a message that it does not handle.</summary>
    private protected void Crash(string name) =>
        Sys.ActorSelection($"/user/connections/{name}-*").Tell("nobody knows this", ActorRefs.NoSender);

    private protected void AwaitDials(int count) => AwaitAssert(() =>
    {
        Advance(0.1);
        Assert.Equal(count, Network.DialsOf(Id("a")).Count);
    });

    private protected DateTimeOffset At(double seconds) => Sys.Scheduler.Now.ToUniversalTime() + TimeSpan.FromSeconds(seconds);

    private protected void Command(object command)
    {
        Supervisor.Tell(command, TestActor);
        Assert.Equal(CommandOutcome.Accepted, ExpectMsg<CommandResult>().Outcome);
    }

    private protected IReadOnlyList<EndpointSnapshot> List()
    {
        Supervisor.Tell(GetEndpoints.Instance, TestActor);
        return ExpectMsg<EndpointList>().Endpoints;
    }

    private protected EndpointSnapshot Snapshot(string name) => List().Single(endpoint => endpoint.Id == Id(name));

    private protected string State(string name) => Snapshot(name).State;

    private protected void AwaitStates(params (string Name, string State)[] expected) => AwaitAssert(() =>
    {
        Advance(0);
        Assert.Equal(expected.Order(), List().Select(endpoint => (endpoint.Id.Value, endpoint.State)).Order());
    });

    private protected void Advance(double seconds) => ((VirtualScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));
}
