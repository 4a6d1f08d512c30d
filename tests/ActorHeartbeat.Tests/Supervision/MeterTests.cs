using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>What a listener of the meter sees of endpoints.</summary>
public class MeterTests : SupervisorSpec
{
    private static readonly ValueMap<SubscriptionSettings> Trades = new([KeyValuePair.Create("trades", new SubscriptionSettings
    {
        ForEach = ["BTC", "ETH", "SOL"],
        Send = MessageTemplate.Text("sub @{each}"),
        Expect = new MessagePattern.Text("ok @{each}"),
        Reject = new MessagePattern.Text("no @{each}"),
    })]);

    private static int _systems;

    private string? _name;

    /// <summary>A supervisor whose meter no other test has.</summary>
    private string Name
    {
        get
        {
            if (_name is null)
                Restart(new MeterSettings());
            return _name!; // set by Restart
        }
    }

    [Fact]
    public void Keys_of_subscriptions_are_counted_by_state_while_their_endpoint_is_supervised()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("metered") with { Subscriptions = Trades }, Endpoint("plain"));
        AwaitStates(("metered", "open"), ("plain", "open"));
        AwaitAssert(() => Assert.Equal(3, Network.Connection(Id("metered")).SentText.Count));

        Network.Connection(Id("metered")).DeliverText("ok BTC");
        Network.Connection(Id("metered")).DeliverText("no ETH");
        Assert.Equal(
            ["metered trades accepted 1", "metered trades asked 1", "metered trades refused 1"], measured.Of("subscription.keys"));

        Command(new RemoveEndpoint(Id("metered")));
        AwaitAssert(() => Assert.Empty(measured.Of("subscription.keys")));
    }

    [Fact]
    public void Endpoints_are_counted_by_state_and_each_says_whether_it_is_up_and_wanted_and_waits()
    {
        Network.Script(Id("down"), DialScript.Fail(FailureLayer.Tcp));
        Network.Script(Id("hangs"), DialScript.Hang);
        using var measured = new Measured(Name);
        Apply(Endpoint("up"), Endpoint("down"), Endpoint("hangs"), Endpoint("off") with { Enabled = false });
        AwaitStates(("up", "open"), ("down", "backing-off"), ("hangs", "connecting"), ("off", "paused"));

        Assert.Equal(["backing-off 1", "connecting 1", "open 1", "paused 1"], measured.Of("endpoint.count"));
        Assert.Equal(6, measured.Everything().Count(each => each.StartsWith("endpoint.count ", StringComparison.Ordinal)));
        Assert.Equal(["up 1"], measured.Of("endpoint.up"));
        Assert.Equal(["down 1", "hangs 1", "up 1"], measured.Of("endpoint.enabled"));
        Assert.Equal(["down 1"], measured.Of("reconnect.waiting"));
    }

    [Fact]
    public void An_endpoint_tells_its_group_and_its_labels_as_they_are_now_and_none_twice()
    {
        using var measured = new Measured(Name);
        var a = Endpoint("a") with { Labels = new([KeyValuePair.Create("venue", "okx"), KeyValuePair.Create("eu-1", "x")]) };
        Apply(a, Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));
        Assert.Equal(["a x okx 1", "b 1"], measured.Of("endpoint.info"));

        Command(new ReconfigureEndpoint(a with
        {
            Labels = new([new("eu_1", "second"), new("eu-1", "first"), new("venue", "kraken")]),
        }));

        Assert.Equal(["a first kraken 1", "b 1"], measured.Of("endpoint.info"));
    }

    [Fact]
    public void An_attempt_is_counted_when_it_ends_by_how_it_ends()
    {
        Network.Script(Id("a"), DialScript.Fail(FailureLayer.Dns), DialScript.Refuse(401), DialScript.Hang);
        using var measured = new Measured(Name);
        var retries = new OutcomeSettings([], OutcomeAction.Retry);
        Apply(Endpoint("a") with { Outcomes = retries, Backoff = new BackoffSettings { Jitter = Jitter.None } });
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal(3, Network.DialsOf(Id("a")).Count);
        });
        Assert.Equal(["a failed dns 1", "a failed http 1"], measured.Of("connect.attempts"));

        Command(new PauseEndpoint(Id("a")));
        AwaitStates(("a", "paused"));
        AwaitAssert(() => Assert.Equal(
            ["a failed dns 1", "a failed http 1", "a given-up 1"], measured.Of("connect.attempts")));
        Command(new ResumeEndpoint(Id("a")));
        AwaitStates(("a", "open"));

        Assert.Equal(["a failed dns 1", "a failed http 1", "a given-up 1", "a open 1"], measured.Of("connect.attempts"));
        Assert.Equal(4, measured.Everything().Count(each => each.StartsWith("connect.duration ", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_open_connection_is_counted_when_it_ends_with_its_reason_its_class_and_its_time()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("a") with { Backoff = new BackoffSettings { Jitter = Jitter.None } });
        AwaitStates(("a", "open"));
        Advance(7);

        Network.Connection(Id("a")).PeerClose(4001, "go");
        AwaitAssert(() => Assert.Equal(["a peer-closed private 1"], measured.Of("disconnects")));
        Assert.Equal(["peer-closed 7"], measured.Of("connection.duration"));
        Advance(2);
        AwaitStates(("a", "open"));
        Network.Connection(Id("a")).Lose();
        AwaitAssert(() => Assert.Equal(["a peer-closed none 1", "a peer-closed private 1"], measured.Of("disconnects")));
        Advance(2);
        AwaitStates(("a", "open"));
        Command(new CloseEndpoint(Id("a"), 1000, ""));

        AwaitAssert(() => Assert.Equal(
            ["a closed normal 1", "a peer-closed none 1", "a peer-closed private 1"], measured.Of("disconnects")));
        Assert.Equal(["a disconnected 2"], measured.Of("feed.gaps"));
    }

    [Fact]
    public void A_crash_of_the_actor_ends_its_connection_once_and_is_counted_as_a_restart()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Sys.ActorSelection($"/user/{Name.Split('/')[1]}/a-*").Tell("nobody knows this", ActorRefs.NoSender);

        AwaitAssert(() => Assert.Equal(["a crashed none 1"], measured.Of("disconnects")));
        AwaitAssert(() =>
        {
            Advance(1);
            Assert.Equal("open", State("a"));
        });
        Assert.Equal(["1"], measured.Of("actor.restarts"));
        Assert.Equal(["a open 2"], measured.Of("connect.attempts"));
    }

    [Fact]
    public void Heartbeats_are_measured_when_they_are_answered_and_counted_when_they_are_not()
    {
        Network.Otherwise = _ => DialScript.AcceptWith(connection => connection.PongAfter = TimeSpan.FromSeconds(0.25));
        using var measured = new Measured(Name);
        Apply(Endpoint("a") with { Heartbeat = new HeartbeatSettings { When = HeartbeatWhen.Always } });
        AwaitStates(("a", "open"));
        Advance(20);
        AwaitStates(("a", "awaiting-pong"));
        Advance(0.25);
        AwaitStates(("a", "open"));
        AwaitAssert(() => Assert.Equal(["0.25"], measured.Of("ping.rtt")));
        Assert.Equal(2, measured.Everything().Count(each => each.StartsWith("actor.mailbox.wait ", StringComparison.Ordinal)));

        Network.Connection(Id("a")).PongAfter = null;
        Advance(20);
        AwaitStates(("a", "awaiting-pong"));
        Advance(10);
        AwaitAssert(() => Assert.Equal(["a 1"], measured.Of("ping.timeouts")));
        Advance(10);

        AwaitAssert(() => Assert.Equal(["a 2"], measured.Of("ping.timeouts")));
        AwaitAssert(() => Assert.Equal(["a heartbeat-timeout none 1"], measured.Of("disconnects")));
    }

    [Fact]
    public void Messages_and_bytes_are_counted_by_direction_and_the_newest_has_its_time()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Network.Connection(Id("a")).DeliverText("four");
        Network.Connection(Id("a")).DeliverText("six...");
        Supervisor.Tell(new SendTo(Id("a"), OutboundMessage.Text("out")), TestActor);
        ExpectMsg<SendResult>();

        Assert.Equal(["a receive 2", "a transmit 1"], measured.Of("messages"));
        Assert.Equal(["a receive 10", "a transmit 3"], measured.Of("io"));
        var at = Feeds.Find(Id("a"))!.LastInbound!.Value.ToUnixTimeMilliseconds();
        Assert.Equal([$"a {at / 1000d:0.###}"], measured.Of("message.last.timestamp"));
    }

    [Fact]
    public void What_a_subscriber_loses_and_what_the_peer_leaves_out_is_counted()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("a") with { Sequence = new SequenceSettings(["/n"]) { Step = 1 } });
        AwaitStates(("a", "open"));
        using var slow = Feeds.Subscribe(Id("a"), new SubscriptionOptions { Capacity = 1 });

        foreach (var number in new[] { 1, 2, 5 })
            Network.Connection(Id("a")).DeliverText($$"""{"n":{{number}}}""");

        Assert.Equal(["a missing 1"], measured.Of("feed.gaps"));
        Assert.NotEqual(0, Feeds.Find(Id("a"))!.Dropped);
        Assert.Equal([$"a overflow {Feeds.Find(Id("a"))!.Dropped}"], measured.Of("feed.dropped"));
    }

    [Fact]
    public void Connections_that_wait_for_a_permit_are_counted()
    {
        Network.Otherwise = _ => DialScript.Hang;
        using var measured = new Measured(Name);
        Supervisor.Tell(
            new ApplyConfiguration(
                [Endpoint("a"), Endpoint("b"), Endpoint("c")], ValueMap<GroupSettings>.Empty, NoSpread with { MaxConnecting = 1 }),
            TestActor);
        ExpectMsg<ConfigurationApplied>();

        AwaitAssert(() =>
        {
            Advance(0);
            Assert.Equal(["2"], measured.Of("permit.waiting"));
        });
    }

    [Fact]
    public void A_supervisor_that_has_ended_measures_nothing()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("ended"));
        AwaitStates(("ended", "open"));
        Assert.NotEmpty(measured.Of("endpoint.up"));

        Watch(Supervisor);
        Sys.Stop(Supervisor);
        ExpectTerminated(Supervisor);

        Assert.Empty(measured.Of("endpoint.up"));
    }

    [Fact]
    public void Two_supervisors_of_one_process_have_series_of_their_own()
    {
        using var first = new Measured(Name);
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));
        Restart(new MeterSettings());
        using var second = new Measured(Name);
        Apply(Endpoint("a"), Endpoint("b"));
        AwaitStates(("a", "open"), ("b", "open"));

        Assert.Equal(["open 1"], first.Of("endpoint.count"));
        Assert.Equal(["open 2"], second.Of("endpoint.count"));
    }

    [Fact]
    public void Endpoints_beyond_the_bound_and_without_the_labels_are_counted_together()
    {
        Restart(new MeterSettings { EndpointLimit = 2, Select = LabelSelector.Parse("tier=one") });
        using var measured = new Measured(Name);
        var labelled = (string[])["a", "b", "c"];
        Apply([.. labelled.Select(name => Labelled(name, "one")), Endpoint("d") with { Subscriptions = Trades }]);
        AwaitStates([.. labelled.Append("d").Select(name => (name, "open"))]);

        Assert.Equal(["_other 2", "a 1", "b 1"], measured.Of("endpoint.up"));
        Assert.Equal(["a one 1", "b one 1"], measured.Of("endpoint.info"));
        Assert.Equal(["_other open 2", "a open 1", "b open 1"], measured.Of("connect.attempts"));
        Assert.Equal(["_other trades asked 3"], measured.Of("subscription.keys"));
    }

    [Fact]
    public void Subscriptions_beyond_four_for_each_endpoint_are_counted_together()
    {
        Restart(new MeterSettings { EndpointLimit = 1 });
        using var measured = new Measured(Name);
        var many = new ValueMap<SubscriptionSettings>(Enumerable.Range(0, 9).Select(number => KeyValuePair.Create(
            $"s{number}", Trades["trades"] with { ForEach = ["BTC"] })));
        Apply(Endpoint("a") with { Subscriptions = many });
        AwaitStates(("a", "open"));

        AwaitAssert(() => Assert.Equal(
            ["_other _other asked 2", .. Enumerable.Range(0, 7).Select(number => $"a s{number} asked 1")],
            measured.Of("subscription.keys")));
    }

    [Fact]
    public void The_counts_of_the_others_never_fall_and_a_free_place_goes_to_the_next_endpoint()
    {
        Restart(new MeterSettings { EndpointLimit = 1, Select = LabelSelector.Parse("tier=one") });
        using var measured = new Measured(Name);
        Apply(Labelled("a", "one"), Endpoint("b"), Endpoint("c"));
        AwaitStates(("a", "open"), ("b", "open"), ("c", "open"));
        foreach (var name in (string[])["a", "a", "b", "b", "b", "c"])
            Network.Connection(Id(name)).DeliverText("x");
        Assert.Equal(["_other receive 4", "a receive 2"], measured.Of("messages"));

        Command(new RemoveEndpoint(Id("b")));
        AwaitStates(("a", "open"), ("c", "open"));
        Assert.Equal(["_other receive 4", "a receive 2"], measured.Of("messages"));

        Command(new ReconfigureEndpoint(Endpoint("a")));
        Assert.Equal(["_other receive 4"], measured.Of("messages"));
        Network.Connection(Id("a")).DeliverText("x");
        Assert.Equal(["_other receive 5"], measured.Of("messages"));

        Command(new ReconfigureEndpoint(Labelled("c", "one")));
        Assert.Equal(["_other receive 5", "c receive 1"], measured.Of("messages"));
    }

    [Fact]
    public void No_distribution_has_the_endpoint_as_a_tag_and_no_name_says_total()
    {
        using var measured = new Measured(Name);
        Apply(Endpoint("a"));
        AwaitStates(("a", "open"));

        Network.Connection(Id("a")).PeerClose();
        AwaitAssert(() => Assert.Equal(["peer-closed 0"], measured.Of("connection.duration", zeros: true)));

        Assert.Equal(["open 0"], measured.Of("connect.duration", zeros: true));
        Assert.Equal(["0"], measured.Of("actor.mailbox.wait", zeros: true));
        Assert.All(measured.Names, name => Assert.StartsWith("actorheartbeat.", name, StringComparison.Ordinal));
        Assert.DoesNotContain(measured.Names, name => name.Contains("total", StringComparison.Ordinal));
    }

    /// <summary>A supervisor of its own, beside the one before.</summary>
    private void Restart(MeterSettings meter)
    {
        var name = $"measured{Interlocked.Increment(ref _systems)}";
        _name = $"{Sys.Name}/{name}";
        Supervisor = Sys.ActorOf(ConnectionSupervisor.Props(Dependencies with { Meter = meter, Feeds = Feeds }), name);
    }

    private static EndpointSettings Labelled(string name, string tier) =>
        Endpoint(name) with { Labels = new([KeyValuePair.Create("tier", tier)]) };
}
