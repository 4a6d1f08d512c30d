using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Which endpoints an operator has paused, beyond the life of the process.</summary>
public class PausedStoreTests : SupervisorSpec
{
    private readonly Store _store = new();

    [Fact]
    public void What_an_operator_pauses_closes_and_resumes_is_saved_before_the_answer()
    {
        Begin();
        Apply(Endpoint("a"), Endpoint("b"), Endpoint("c"));

        Command(new PauseEndpoint(Id("a")));
        Assert.Equal(["a"], _store.Saved);
        Command(new CloseEndpoint(Id("b"), 1000, "maintenance"));
        Assert.Equal(["a", "a,b"], _store.Saved);
        Command(new PauseEndpoint(Id("a")));
        Command(new ResumeEndpoint(Id("c")));
        Command(new ResumeEndpoint(Id("a")));
        Assert.Equal(["a", "a,b", "b"], _store.Saved);
    }

    [Fact]
    public void A_paused_endpoint_does_not_dial_after_a_restart_until_it_is_resumed()
    {
        Begin("a", "unknown");
        Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "paused"), ("b", "open"));
        Advance(60);
        Assert.Empty(Network.DialsOf(Id("a")));

        Command(new ResumeEndpoint(Id("a")));

        AwaitDials(1);
        Assert.Equal("", _store.Saved[^1]);
    }

    [Fact]
    public void What_the_configuration_says_later_counts()
    {
        Begin("a", "b");
        Apply(Endpoint("a") with { Enabled = false }, Endpoint("b"));
        Command(new PauseEndpoint(Id("a")));
        Assert.Equal(["b"], _store.Saved); // the configuration pauses a by itself

        Apply(Endpoint("a"), Endpoint("b") with { Enabled = false });
        AwaitStates(("a", "open"), ("b", "paused"));
        Assert.Equal("", _store.Saved[^1]);
        Command(new PauseEndpoint(Id("a")));
        Apply(Endpoint("b"));
        Assert.Equal("", _store.Saved[^1]);
        Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));
    }

    [Fact]
    public void A_configuration_that_removes_paused_endpoints_saves_once_and_the_drain_nothing()
    {
        Begin("a", "b", "c");
        Apply(Endpoint("a"), Endpoint("b"), Endpoint("c"));
        var before = _store.Saved.Count;

        Apply(Endpoint("c"));
        Assert.Equal("c", Assert.Single(_store.Saved.Skip(before)));

        Supervisor.Tell(new Drain("over"), TestActor);
        FishForMessage(message => message is Drained);
        Assert.Equal(before + 1, _store.Saved.Count);
    }

    private void Begin(params string[] paused)
    {
        _store.Before = [.. paused.Select(Id)];
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies with { PausedStore = _store }), "with-store");
    }

    private sealed class Store : IPausedStore
    {
        public IReadOnlyCollection<EndpointId> Before { get; set; } = [];

        public List<string> Saved { get; } = [];

        public IReadOnlyCollection<EndpointId> Load() => Before;

        public void Save(ValueList<EndpointId> paused) =>
            Saved.Add(Names(paused.OrderBy(endpoint => endpoint.Value, StringComparer.Ordinal)));
    }
}
