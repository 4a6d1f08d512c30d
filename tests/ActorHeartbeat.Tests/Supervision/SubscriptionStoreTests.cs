using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>Keys of subscriptions that were added while endpoints run, beyond the life of the process.</summary>
public class SubscriptionStoreTests : SupervisorSpec
{
    private readonly Store _store = new();

    [Fact]
    public void What_is_added_and_taken_away_is_saved_before_the_answer_and_what_changes_nothing_is_not()
    {
        Begin();
        Apply(Asking("a"));

        Command(new SubscribeTo(Id("a"), "trades", "ETH"));
        Assert.Equal(["+ a trades/ETH"], _store.Saved);
        Command(new SubscribeTo(Id("a"), "trades", "ETH"));
        Command(new SubscribeTo(Id("a"), "trades", "BTC")); // the settings have it, too
        Command(new SubscribeTo(Id("a"), "trades", "SOL"));
        Command(new UnsubscribeFrom(Id("a"), "trades", "ETH"));

        Assert.Equal(["+ a trades/ETH", "+ a trades/BTC", "+ a trades/SOL", "- a trades/ETH"], _store.Saved);
    }

    [Fact]
    public void The_keys_of_an_earlier_process_are_asked_for_by_the_first_connection()
    {
        Begin(("a", "ETH"), ("a", "SOL"), ("later", "XRP"));
        Apply(Asking("a"));
        AwaitStates(("a", "open"));
        Assert.Equal(["BTC", "ETH", "SOL"], Network.Connection(Id("a")).SentText);

        Apply(Asking("a"), Asking("later"));
        AwaitStates(("a", "open"), ("later", "open"));

        Assert.Equal(["BTC", "XRP"], Network.Connection(Id("later")).SentText);
    }

    [Theory]
    [InlineData("trades", "@{each}", "trades/@{each} is left out: a key is the same text each time")]
    [InlineData("trades", "", "trades/ is left out: a key of a subscription is not empty")]
    [InlineData("books", "ETH", "books/ETH is not asked for: a has no subscription books; it has trades")]
    public void A_key_of_an_earlier_process_that_could_not_be_added_now_is_told_and_the_others_are_taken(
        string subscription, string key, string told)
    {
        Begin();
        _store.Before = [new(Id("a"), subscription, key), new(Id("a"), "trades", "SOL")];
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies with { SubscriptionStore = _store }), "with-bad-key");

        EventFilter.Warning(contains: told).ExpectOne(() => Apply(Asking("a")));

        AwaitStates(("a", "open"));
        Assert.Equal(["BTC", "SOL"], Network.Connection(Id("a")).SentText);
    }

    [Fact]
    public void A_key_that_is_too_long_or_over_the_bound_is_told_and_of_many_the_number()
    {
        _store.Before =
        [
            new(Id("a"), "trades", new string('x', 1025)),
            .. Enumerable.Range(0, AddedKeys.Most + 12).Select(number => new SubscriptionKey(Id("a"), "trades", $"{number}")),
        ];
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies with { SubscriptionStore = _store }), "with-many-keys");

        EventFilter.Warning(contains: "a: a key that was added before: ").Expect(10, () =>
            EventFilter.Warning(message: "a: the same of 3 more keys").ExpectOne(() => Apply(Asking("a") with { Enabled = false })));

        Assert.Equal(AddedKeys.Most + 1, Assert.Single(Snapshot("a").Subscriptions).Wanted);
        Assert.Empty(_store.Saved);
    }

    [Fact]
    public void The_keys_of_an_endpoint_that_is_removed_by_a_command_are_forgotten()
    {
        Begin(("a", "ETH"));
        Apply(Asking("a"), Asking("b"));
        AwaitStates(("a", "open"), ("b", "open"));

        Command(new RemoveEndpoint(Id("a")));

        Assert.Equal(["- a trades/ETH"], _store.Saved);
    }

    [Fact]
    public void An_endpoint_that_goes_with_the_configuration_has_its_keys_again_when_it_comes_back()
    {
        Begin(("a", "ETH"));
        Apply(Asking("a"), Asking("b"));
        AwaitStates(("a", "open"), ("b", "open"));
        Command(new SubscribeTo(Id("a"), "trades", "SOL"));

        Apply(Asking("b"));
        AwaitStates(("b", "open"));
        Apply(Asking("a"), Asking("b"));
        AwaitStates(("a", "open"), ("b", "open"));

        Assert.Equal(["+ a trades/SOL"], _store.Saved);
        Supervisor.Tell(new GetSubscriptions(Id("a")), TestActor);
        Assert.Equal(["BTC", "ETH", "SOL"], FishForMessage<SubscriptionList>(_ => true).Keys.Select(key => key.Key));
    }

    [Fact]
    public void Of_endpoints_that_are_gone_with_their_keys_the_first_are_forgotten_when_there_are_too_many()
    {
        _store.Before =
        [
            .. Enumerable.Range(0, ConnectionSupervisor.MostAside)
                .Select(number => new SubscriptionKey(Id($"gone-{number}"), "trades", "ETH")),
        ];
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies with { SubscriptionStore = _store }), "with-many-gone");
        Apply(Asking("a") with { Enabled = false });
        Command(new SubscribeTo(Id("a"), "trades", "SOL"));

        Apply();

        Assert.Equal(["+ a trades/SOL", "- gone-0 trades/ETH"], _store.Saved);
    }

    [Fact]
    public void A_key_that_the_words_do_not_name_is_refused_beside_another()
    {
        Begin();
        var single = new SubscriptionSettings { Send = MessageTemplate.Json("""{"op":"all"}"""), ForEach = ["one"] };
        Apply(Endpoint("a") with { Subscriptions = new([new("single", single), new("none", single with { ForEach = [] })]) });

        Supervisor.Tell(new SubscribeTo(Id("a"), "single", "two"), TestActor);
        var refused = FishForMessage<CommandResult>(_ => true);
        Command(new SubscribeTo(Id("a"), "none", "one"));
        Supervisor.Tell(new SubscribeTo(Id("a"), "none", "two"), TestActor);

        Assert.Equal(
            new CommandResult(CommandOutcome.Refused, "single/two: send says the same for every key: @{each} is missing"), refused);
        Assert.Equal(CommandOutcome.Refused, ExpectMsg<CommandResult>().Outcome);
    }

    [Fact]
    public void The_keys_that_are_told_of_a_paused_endpoint_are_those_that_are_wanted_by_now()
    {
        Begin(("a", "ETH"));
        Apply(Asking("a"));
        AwaitStates(("a", "open"));
        Command(new PauseEndpoint(Id("a")));
        AwaitStates(("a", "paused"));

        Command(new SubscribeTo(Id("a"), "trades", "SOL"));
        Command(new UnsubscribeFrom(Id("a"), "trades", "ETH"));
        Supervisor.Tell(new GetSubscriptions(Id("a")), TestActor);

        Assert.Equal(["BTC", "SOL"], FishForMessage<SubscriptionList>(_ => true).Keys.Select(key => key.Key));
    }

    [Fact]
    public void Keys_that_come_at_once_are_one_change_for_the_connection()
    {
        Begin();
        var batched = new SubscriptionSettings { Send = MessageTemplate.Json("""["@{each}"]"""), Batch = 100 };
        Apply(Endpoint("a") with { Subscriptions = new([new("trades", batched)]) });
        AwaitStates(("a", "open"));
        using var mayGoOn = _store.MayGoOn = new ManualResetEventSlim();

        for (var number = 0; number < 300; number++)
            Supervisor.Tell(new SubscribeTo(Id("a"), "trades", $"{number}"), TestActor);
        mayGoOn.Set(); // all of them wait in the mailbox behind the first
        foreach (var answer in ReceiveN(300))
            Assert.Equal(new CommandResult(CommandOutcome.Accepted), answer);

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(300, Network.Connection(Id("a")).SentText.Sum(text => text.Count(letter => letter == ',') + 1));
        });
        Assert.InRange(Network.Connection(Id("a")).SentText.Count, 3, 4);
    }

    [Fact]
    public void A_key_that_is_not_asked_for_again_is_when_it_is_added()
    {
        Begin();
        var trades = Asking("a").Subscriptions["trades"] with
        {
            Expect = Match.Text("yes @{each}"),
            Reject = Match.Text("no @{each}"),
            Then = RefusedKeyAction.Stop,
        };
        Apply(Endpoint("a") with { Subscriptions = new([new("trades", trades)]) });
        AwaitStates(("a", "open"));
        Network.Connection(Id("a")).DeliverText("no BTC");
        AwaitKey(SubscriptionState.Refused);
        Advance(3600);

        Supervisor.Tell(new SubscribeTo(Id("a"), "trades", "BTC"), TestActor);

        Assert.Equal(
            new CommandResult(CommandOutcome.Accepted, "trades/BTC was refused, and is asked for again now"), ExpectMsg<CommandResult>());
        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(["BTC", "BTC"], Network.Connection(Id("a")).SentText.Where(text => text == "BTC"));
        });
        Network.Connection(Id("a")).DeliverText("yes BTC");
        AwaitKey(SubscriptionState.Accepted);
    }

    private void AwaitKey(SubscriptionState state) => AwaitAssert(() =>
    {
        Advance(0);
        Supervisor.Tell(new GetSubscriptions(Id("a")), TestActor);
        Assert.Equal(state, Assert.Single(FishForMessage<SubscriptionList>(_ => true).Keys).State);
    });

    private void Begin(params (string Endpoint, string Key)[] keys)
    {
        _store.Before = [.. keys.Select(key => new SubscriptionKey(Id(key.Endpoint), "trades", key.Key))];
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies with { SubscriptionStore = _store }), "with-store");
    }

    private static EndpointSettings Asking(string name) => Endpoint(name) with
    {
        Subscriptions = new([new("trades", new SubscriptionSettings { ForEach = ["BTC"], Send = MessageTemplate.Text("@{each}") })]),
    };

    private sealed class Store : ISubscriptionStore
    {
        public IReadOnlyCollection<SubscriptionKey> Before { get; set; } = [];

        public List<string> Saved { get; } = [];

        public IReadOnlyCollection<SubscriptionKey> Load() => Before;

        public ManualResetEventSlim? MayGoOn { get; set; }

        public void Add(SubscriptionKey key)
        {
            MayGoOn?.Wait();
            Saved.Add($"+ {key.Endpoint} {key.Subscription}/{key.Key}");
        }

        public void Remove(SubscriptionKey key) => Saved.Add($"- {key.Endpoint} {key.Subscription}/{key.Key}");
    }
}
