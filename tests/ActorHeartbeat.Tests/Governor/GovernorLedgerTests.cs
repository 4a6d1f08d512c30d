using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;

namespace ActorHeartbeat.Tests.Governor;

public class GovernorLedgerTests
{
    private static readonly SupervisorSettings Settings = new()
    {
        ConnectRate = new Rate(10, TimeSpan.FromSeconds(1)),
        ConnectBurst = 2,
        MaxConnecting = 100,
    };

    [Fact]
    public void Permits_come_in_the_order_of_asking()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10 });
        foreach (var name in (string[])["a", "b", "c"])
            Ask(ledger, name);

        Assert.Equal(["a", "b", "c"], GrantAll(ledger, 0));
    }

    [Fact]
    public void Past_the_burst_permits_come_at_the_rate()
    {
        var ledger = Ledger(Settings);
        for (var index = 0; index < 5; index++)
            Ask(ledger, $"e{index}");

        Assert.Equal(["e0", "e1"], GrantAll(ledger, 0));
        Assert.Equal(S(0.1), ledger.NextGrant(S(0)));
        Assert.Equal(["e2"], GrantAll(ledger, 0.1));
        Assert.Equal(["e3", "e4"], GrantAll(ledger, 0.3));
        Assert.Null(ledger.NextGrant(S(0.3)));
    }

    [Fact]
    public void Handshakes_in_flight_are_capped_and_a_returned_permit_frees_one()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10, MaxConnecting = 1 });
        Ask(ledger, "a");
        Ask(ledger, "b");

        Assert.Equal(["a"], GrantAll(ledger, 0));
        Assert.Null(ledger.NextGrant(S(0)));
        ledger.HandshakeOver("a");
        Assert.Equal(["b"], GrantAll(ledger, 0));
    }

    [Fact]
    public void A_report_says_how_each_budget_stands_and_who_waits_for_what_in_which_order()
    {
        var group = new GroupSettings { Name = "g", ConnectRate = new Rate(1, TimeSpan.FromMinutes(1)), MaxConnections = 2, Priority = 1 };
        var ledger = Ledger(
            Settings with { ConnectBurst = 10, MaxConnecting = 1, PerHost = new HostSettings { ConnectRate = new Rate(1, S(60)) } }, group);
        ledger.Pause(GovernorScope.Host, "dead:443", S(30), "429", S(0));
        Ask(ledger, "a", group: "g");
        GrantAll(ledger, 0);
        Ask(ledger, "b");
        Ask(ledger, "c", group: "g");

        var report = ledger.Report(most: 10, S(0), at => DateTimeOffset.UnixEpoch + at);

        Assert.Equal((2, 1, 1, (string?)null), (report.Waiting, report.Connecting, report.MaxConnecting, report.NoRoom));
        Assert.Equal(
            [
                (GovernorScope.Global, "", 9.0), (GovernorScope.Group, "g", 0),
                (GovernorScope.Host, "dead:443", 10), (GovernorScope.Host, "h", 9),
            ],
            report.Budgets.Select(budget => (budget.Scope, budget.Name, budget.Dials!.Value.Tokens)));
        Assert.Equal((1, 2), (report.Budgets[1].Connections, report.Budgets[1].MaxConnections));
        Assert.Equal(new PauseReport(DateTimeOffset.UnixEpoch + S(30), "429"), report.Budgets[2].Pause);
        Assert.Equal(["c 1", "b 2"], report.FirstInLine.Select(each => $"{each.Endpoint} {each.Place}"));
        Assert.Equal(DateTimeOffset.UnixEpoch + S(60), report.FirstInLine[0].Until);
        Assert.Contains("supervisor.max-connecting", report.FirstInLine[1].Why);
        Assert.Single(ledger.Report(most: 1, S(0), at => DateTimeOffset.UnixEpoch + at).FirstInLine);
    }

    [Fact]
    public void A_report_names_what_the_process_is_short_of_and_hosts_only_while_they_are_held_up()
    {
        var ledger = Ledger(Settings with { PerHost = new HostSettings { ConnectRate = new Rate(1, S(1)) } });
        ledger.SetRoom(new RoomForDials(0, "descriptors are short"), S(1));
        ledger.Pause(GovernorScope.Host, "dead", S(30), "429", S(0));

        Assert.Equal("descriptors are short", ledger.Report(10, S(0), _ => default).NoRoom);
        Assert.Equal(["", "dead"], ledger.Report(10, S(29), _ => default).Budgets.Select(budget => budget.Name));
        Assert.Equal([""], ledger.Report(10, S(30), _ => default).Budgets.Select(budget => budget.Name));
    }

    [Fact]
    public void The_death_of_a_holder_gives_everything_back()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10, MaxConnecting = 1 }, new GroupSettings { Name = "g", MaxConnections = 1 });
        Ask(ledger, "a", group: "g");
        GrantAll(ledger, 0);
        Ask(ledger, "b", group: "g");

        ledger.Gone("a");

        Assert.Equal(["b"], GrantAll(ledger, 0));
    }

    [Fact]
    public void A_request_with_OrRefuse_is_refused_only_when_its_group_is_full()
    {
        var ledger = Ledger(
            Settings with
            {
                ConnectBurst = 10,
            },
            new GroupSettings { Name = "full", MaxConnections = 1 },
            new GroupSettings
            {
                Name = "slow",
                ConnectRate = new Rate(1, S(60)),
                ConnectBurst = 1,
            });
        foreach (var name in (string[])["full", "slow"])
            Ask(ledger, $"first-{name}", group: name);
        GrantAll(ledger, 0);
        foreach (var name in (string[])["full", "slow"])
            Ask(ledger, $"patient-{name}", group: name);
        foreach (var name in (string[])["full", "slow"])
            ledger.Request($"hasty-{name}", new RequestPermit(new EndpointId($"hasty-{name}"), "h", name, 1) { OrRefuse = true }, S(0));

        Assert.Equal("group full has its 1 connections (max-connections)", ledger.Refuse("hasty-full", S(0)));
        Assert.All((string[])["hasty-full", "hasty-slow", "patient-full", "nobody"], name => Assert.Null(ledger.Refuse(name, S(0))));
        Assert.Equal(3, ledger.Waiting);
        Assert.Equal(["patient-slow"], GrantAll(ledger, 60));
        Assert.Equal(["hasty-slow"], GrantAll(ledger, 120));
    }

    [Fact]
    public void A_holder_that_is_granted_twice_is_one_connection_of_its_group()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10 }, new GroupSettings { Name = "g", MaxConnections = 2 });
        Ask(ledger, "a", group: "g");
        GrantAll(ledger, 0);
        Ask(ledger, "a", group: "g");
        GrantAll(ledger, 0);

        ledger.ConnectionGone("a");

        Ask(ledger, "b", group: "g");
        Ask(ledger, "c", group: "g");
        Assert.Equal(["b", "c"], GrantAll(ledger, 0));
    }

    [Fact]
    public void A_higher_priority_goes_first_but_no_request_starves()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 1 }, new GroupSettings { Name = "vip", Priority = 3 });
        Ask(ledger, "plain");
        Ask(ledger, "vip", group: "vip");
        Assert.Equal(["vip"], GrantAll(ledger, 0));

        var order = new List<string>();
        for (var second = 1; second < 60; second++)
        {
            Ask(ledger, $"vip{second}", group: "vip", now: second);
            order.AddRange(GrantAll(ledger, second));
        }

        Assert.InRange(order.IndexOf("plain"), 25, 35);
    }

    [Fact]
    public void A_group_without_budget_does_not_hold_up_the_others()
    {
        var ledger = Ledger(
            Settings with
            {
                ConnectBurst = 10,
            },
            new GroupSettings
            {
                Name = "slow",
                ConnectRate = new Rate(1, TimeSpan.FromMinutes(1)),
                ConnectBurst = 1,
            });
        Ask(ledger, "s1", group: "slow");
        Ask(ledger, "s2", group: "slow");
        Ask(ledger, "other");

        Assert.Equal(["s1", "other"], GrantAll(ledger, 0));
        Assert.Equal(S(60), ledger.NextGrant(S(0)));
        Assert.Equal(
            (1, S(60)), (ledger.PlaceOf(new EndpointId("s2"), S(0))!.Value.Place, ledger.PlaceOf(new EndpointId("s2"), S(0))!.Value.Until));
    }

    [Fact]
    public void A_paused_host_waits_and_the_reason_is_known()
    {
        var ledger = Ledger(Settings);
        ledger.Pause(GovernorScope.Host, "h:1", S(30), "429 Too Many Requests", S(0));
        Ask(ledger, "a", host: "h:1");
        Ask(ledger, "b", host: "h:2");

        Assert.Equal(["b"], GrantAll(ledger, 0));
        Assert.Equal((1, "429 Too Many Requests", (TimeSpan?)S(30)), ledger.PlaceOf(new EndpointId("a"), S(1)));
        Assert.Equal(S(30), ledger.NextGrant(S(1)));
        Assert.Equal(["a"], GrantAll(ledger, 30));
    }

    [Fact]
    public void A_cancelled_request_is_never_granted_and_asking_again_keeps_the_place()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10 });
        Ask(ledger, "a");
        Ask(ledger, "b");
        Ask(ledger, "a", request: 2);
        ledger.Cancel("b");

        var granted = ledger.Grant(S(0));

        Assert.Equal(("a", 2L), (granted!.Value.Holder, granted.Value.Permit.Request));
        Assert.Null(ledger.Grant(S(0)));
    }

    [Fact]
    public void Asking_again_for_another_group_or_host_moves_the_request_there_and_spends_that_budget()
    {
        GroupSettings one = new() { Name = "one", ConnectRate = new Rate(1, S(60)) }, two = one with { Name = "two" };
        var ledger = Ledger(Settings with { ConnectBurst = 10 }, one, two);
        ledger.Pause(GovernorScope.Host, "h:1", S(30), "429 Too Many Requests", S(0));
        Ask(ledger, "a", group: "one");
        Ask(ledger, "b", group: "one");
        Ask(ledger, "c", host: "h:1");
        Assert.Equal(["a"], GrantAll(ledger, 0));

        Ask(ledger, "b", group: "two");
        Ask(ledger, "c", host: "h:2");
        Ask(ledger, "d", group: "two");

        Assert.Equal(["b", "c"], GrantAll(ledger, 0));
        Assert.Equal(["d"], GrantAll(ledger, 60));
        Assert.Equal(0, ledger.Waiting);
    }

    [Fact]
    public void A_restart_does_not_give_back_what_was_spent()
    {
        var before = Ledger(Settings);
        Ask(before, "a");
        Ask(before, "b");
        GrantAll(before, 0);
        before.Pause(GovernorScope.Host, "paused", S(30), "429", S(0));
        var saved = before.Save(S(0));

        var after = Ledger(Settings);
        after.Restore(saved, age: S(0.05), now: S(100));
        Ask(after, "c", now: 100);
        Ask(after, "d", host: "paused", now: 100);

        Assert.Empty(GrantAll(after, 100));
        Assert.Equal(["c"], GrantAll(after, 100.06));
        Assert.Equal("429", after.PlaceOf(new EndpointId("d"), S(101))!.Value.Why);
    }

    [Fact]
    public void Restored_budgets_apply_to_a_configuration_that_is_set_later()
    {
        var settings = Settings with { ConnectRate = new Rate(1, TimeSpan.FromMinutes(1)), PerHost = PerHost(1, perSeconds: 60) };
        GroupSettings group = new() { Name = "g", ConnectRate = new Rate(1, TimeSpan.FromMinutes(1)), ConnectBurst = 1 };
        var before = Ledger(settings with { ConnectBurst = 3 }, group);
        Ask(before, "a", host: "h:1", group: "g");
        Ask(before, "b", host: "h:2");
        Assert.Equal(["a", "b"], GrantAll(before, 0));

        var after = Ledger(new SupervisorSettings());
        after.Restore(before.Save(S(0)), age: S(1), now: S(100));
        after.Configure(settings with { ConnectBurst = 3 }, new Dictionary<string, GroupSettings> { ["g"] = group }, S(101));
        Ask(after, "c", host: "h:3", group: "g", now: 101);
        Ask(after, "d", host: "h:2", now: 101);
        Ask(after, "e", host: "h:4", now: 101);
        Ask(after, "f", host: "h:5", now: 101);

        Assert.Equal(["e"], GrantAll(after, 101));
        Assert.Contains("group g", after.PlaceOf(new EndpointId("c"), S(101))!.Value.Why);
        Assert.Contains("per-host", after.PlaceOf(new EndpointId("d"), S(101))!.Value.Why);
    }

    [Fact]
    public void Each_host_has_a_budget_of_its_own_that_its_groups_share()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10, PerHost = PerHost(2, perSeconds: 2, burst: 2) });
        foreach (
            var (name, host, group) in ((string, string, string?)[])
                [("a", "h:1", null), ("b", "h:1", "g"), ("c", "h:1", null), ("d", "h:2", null)])
            Ask(ledger, name, host, group);

        Assert.Equal(["a", "b", "d"], GrantAll(ledger, 0));
        Assert.Equal(S(1), ledger.NextGrant(S(0)));
        Assert.Equal((1, "supervisor.per-host.connect-rate 2 per 00:00:02", (TimeSpan?)S(1)), ledger.PlaceOf(new EndpointId("c"), S(0)));
        Assert.Equal(["c"], GrantAll(ledger, 1));
    }

    [Fact]
    public void A_new_rate_per_host_applies_to_requests_that_wait_already()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10, PerHost = PerHost(1, perSeconds: 3600) });
        Ask(ledger, "a");
        Ask(ledger, "b");
        Assert.Equal(["a"], GrantAll(ledger, 0));
        Assert.Equal(S(3600), ledger.NextGrant(S(0)));

        ledger.Configure(
            Settings with
            {
                ConnectBurst = 10,
                PerHost = PerHost(1, perSeconds: 1),
            },
            new Dictionary<string, GroupSettings>(),
            S(0));

        Assert.Equal(S(1), ledger.NextGrant(S(0)));
        Assert.Equal(["b"], GrantAll(ledger, 1));
    }

    [Fact]
    public void A_host_whose_budget_is_full_again_is_not_remembered()
    {
        var ledger = Ledger(
            Settings with
            {
                ConnectRate = new Rate(1000, TimeSpan.FromSeconds(1)),
                ConnectBurst = 1000,
                PerHost = PerHost(1, perSeconds: 1),
            });
        for (var second = 0; second < 20; second++)
        {
            for (var host = 0; host < 500; host++)
            {
                Ask(ledger, $"{second}-{host}", host: $"{second}.{host}", now: second);
                Assert.NotNull(ledger.Grant(S(second)));
                ledger.Gone($"{second}-{host}");
            }
        }

        Assert.Equal(500, ledger.Save(S(19.5)).Budgets.Count(budget => budget.Key.StartsWith("host:", StringComparison.Ordinal)));
        Assert.InRange(ledger.KnownHosts, 500, 2048);
    }

    [Fact]
    public void Cancelling_a_request_keeps_the_order_of_the_others()
    {
        var ledger = Ledger(Settings with { ConnectBurst = 10 });
        foreach (var (name, host) in ((string, string)[])[("a", "h:1"), ("b", "h:2"), ("c", "h:1"), ("d", "h:2"), ("e", "h:1")])
            Ask(ledger, name, host);

        ledger.Cancel("a");
        ledger.Cancel("d");

        Assert.Equal(["b", "c", "e"], GrantAll(ledger, 0));
        Assert.Equal(0, ledger.Waiting);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Under_random_load_on_many_hosts_no_host_is_dialed_past_its_budget_and_the_first_come_go_first(int seed)
    {
        var random = new Random(seed);
        var ledger = Ledger(
            Settings with
            {
                ConnectRate = new Rate(20, TimeSpan.FromSeconds(1)),
                PerHost = PerHost(1, perSeconds: 2, burst: 2),
            });
        var hostOf = new Dictionary<string, string>();
        var dials = new List<(double At, string Name)>();
        for (double now = 0; now < 240; now += 0.05)
        {
            if (now < 60 && random.Next(2) == 0)
            {
                var name = $"e{hostOf.Count}";
                hostOf[name] = $"h:{random.Next(12)}";
                Ask(ledger, name, hostOf[name], now: now);
            }
            if (random.Next(20) == 0 && ledger.Waiting > 0)
                ledger.Pause(GovernorScope.Host, $"h:{random.Next(12)}", S(now + random.Next(5)), "429", S(now));
            foreach (var name in GrantAll(ledger, now))
            {
                dials.Add((now, name));
                ledger.HandshakeOver(name);
            }
        }

        Assert.Equal((0, hostOf.Count), (ledger.Waiting, dials.Count));
        foreach (var host in dials.GroupBy(dial => hostOf[dial.Name]))
        {
            AssertRate(host.Select(dial => dial.At), 0.5, 2, seed);
            Assert.True(
                host.Select(dial => int.Parse(dial.Name[1..])).SequenceEqual(host.Select(dial => int.Parse(dial.Name[1..])).Order()),
                $"seed {seed}: {host.Key}");
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Under_random_load_the_budgets_hold_and_no_request_is_lost(int seed)
    {
        var random = new Random(seed);
        var group = new GroupSettings
        {
            Name = "g",
            ConnectRate = new Rate(3, TimeSpan.FromSeconds(1)),
            ConnectBurst = 2,
            MaxConnections = 20,
        };
        var ledger = Ledger(Settings with { MaxConnecting = 5 }, group);
        var dials = new List<(double At, bool InGroup)>();
        var dialing = new List<string>();
        var connected = new List<string>();
        var asked = 0;
        var granted = 0;
        for (double now = 0; now < 300; now += 0.05)
        {
            if (random.Next(4) == 0 && now < 200)
                Ask(ledger, $"e{asked}", group: asked++ % 2 == 0 ? "g" : null, now: now);
            while (ledger.Grant(S(now)) is var (holder, permit))
            {
                dials.Add((now, int.Parse(permit.Endpoint.Value[1..]) % 2 == 0));
                dialing.Add(holder);
                granted++;
            }
            Assert.True(ledger.HandshakesInFlight <= 5, $"seed {seed}");
            if (dialing.Count > 0 && random.Next(3) == 0)
            {
                ledger.HandshakeOver(dialing[0]);
                connected.Add(dialing[0]);
                dialing.RemoveAt(0);
            }
            if (connected.Count > 0 && random.Next(3) == 0)
            {
                ledger.ConnectionGone(connected[0]);
                connected.RemoveAt(0);
            }
            Assert.True(dialing.Concat(connected).Count(name => int.Parse(name[1..]) % 2 == 0) <= 20, $"seed {seed}");
        }

        Assert.Equal((asked, 0), (granted, ledger.Waiting));
        AssertRate(dials.Select(dial => dial.At), 10, 2, seed);
        AssertRate(dials.Where(dial => dial.InGroup).Select(dial => dial.At), 3, 2, seed);
    }

    private static void AssertRate(IEnumerable<double> times, double rate, int burst, int seed)
    {
        var at = times.ToArray();
        for (var first = 0; first < at.Length; first++)
        {
            for (var last = first; last < at.Length; last++)
                Assert.True(
                    last - first + 1 <= (rate * (at[last] - at[first])) + burst + 1e-6,
                    $"seed {seed}: {last - first + 1} dials in {at[last] - at[first]} s");
        }
    }

    private static GovernorLedger<string> Ledger(SupervisorSettings settings, params GroupSettings[] groups)
    {
        var ledger = new GovernorLedger<string>();
        ledger.Configure(settings, groups.ToDictionary(group => group.Name), TimeSpan.Zero);
        return ledger;
    }

    private static void Ask(
        GovernorLedger<string> ledger,
        string name,
        string host = "h",
        string? group = null,
        long request = 1,
        double now = 0) => ledger.Request(name, new RequestPermit(new EndpointId(name), host, group, request), S(now));

    private static List<string> GrantAll(GovernorLedger<string> ledger, double now)
    {
        var granted = new List<string>();
        while (ledger.Grant(S(now)) is var (holder, _))
            granted.Add(holder);
        return granted;
    }

    private static HostSettings PerHost(int count, double perSeconds, int burst = 1) =>
        new() { ConnectRate = new Rate(count, S(perSeconds)), ConnectBurst = burst };

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
