using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Checks that the simulation catches known defects. Otherwise a simulation without findings would prove nothing.</summary>
[Collection(Laboratory.Name)]
public class MutationGate(ITestOutputHelper output)
{
    internal const int MostSeeds = 12;

    private const string Actor = "Connections/ConnectionActor.cs",
        BackingOff = "Connections/ConnectionActor.BackingOff.cs",
        Decisions = "Connections/ConnectionActor.Decisions.cs",
        Effects = "Connections/ConnectionActor.Effects.cs",
        Permits = "Connections/ConnectionActor.Permits.cs",
        Sending = "Connections/ConnectionActor.Sending.cs",
        Budgets = "Governor/DialBudgets.cs",
        Governor = "Governor/ConnectGovernor.cs",
        Ledger = "Governor/GovernorLedger.cs",
        Supervisor = "Supervision/ConnectionSupervisor.cs",
        Commands = "Supervision/ConnectionSupervisor.Commands.cs",
        Lifecycle = "Supervision/ConnectionSupervisor.Lifecycle.cs";

    private const string Keys = "Subscriptions/SubscriptionTable.cs",
        KeyChanges = "Subscriptions/SubscriptionTable.Changes.cs",
        KeysOfLink = "Connections/ConnectionLink.Subscriptions.cs";

    internal static readonly TimeSpan Day = TimeSpan.FromHours(24), Morning = TimeSpan.FromHours(6);

    private static readonly Mutant[] MutantsOfConnections =
    [
        new("a stale incarnation is accepted", Decisions, "message.Incarnation == link?.Incarnation", "link is not null"),
        new("a stale event is not counted", Actor, "Step.Stay.Then(_plane.Counters.CountStale)", "Step.Stay"),
        new("a state's deadline is not cancelled on leaving it", Effects, "_deadline?.Cancel();", ""),
        new(
            "no deadline is armed for an answer",
            Effects,
            "Arm(DueOf(data));",
            "if (state != ConnectionState.AwaitingPong) Arm(DueOf(data));"),
        new(
            "a dial does not wait for the previous socket",
            BackingOff,
            "if (data.Leaving is { IsGone: false } leaving)",
            "if (data.Leaving is { IsGone: false } leaving && data.Phase == BackingOffPhase.Ending)"),
        new(
            "failures are forgotten on opening",
            Decisions,
            "            data.Failures, data.Link, now, Stable:",
            "            0, data.Link, now, Stable:"),
        new("failures are forgotten too early", "Policies/Liveness.cs", "settings.Backoff.ResetAfter", "settings.Backoff.ResetAfter / 2"),
        new(
            "a heartbeat is sent while one is out",
            Decisions,
            "PongDeadline = Now + PongTimeoutOf(data), FirstHeartbeat",
            "PongDeadline = Now + (PongTimeoutOf(data) / 2), FirstHeartbeat"),
        new(
            "missed heartbeats never end a connection",
            Actor,
            ": Drop(data, CloseCause.HeartbeatTimeout(data.Missed + 1), data.Link)",
            ": Ping(data)"),
        new(
            "a permit is not returned after the handshake",
            Permits,
            "_dependencies.Governor.Tell(new ReturnPermit(_settings.Id));",
            "{ }"),
        new("a permit is not returned on a crash", Governor, "_ledger.Gone(stopped.Holder);", ""),
        new("a place in the group is not given back", Ledger, "--_connectionsOfGroup[group] == 0", "_connectionsOfGroup[group] == 0"),
        new("the overall budget is not spent", Budgets, "_overall = _overall.Spent(now);", ""),
        new("a group's budget is not spent", Budgets, "_groups[groupKey] = budget.Spent(now);", "_ = budget;"),
        new("a host's budget is not spent", Budgets, "bucket.Take(now)!.Value", "bucket"),
        new("a reload gives back what is spent", Budgets, "before.Bucket.With(rate, burst, now)", "TokenBucket.Full(rate, burst, now)"),
        new(
            "a governor that starts again gives back what is spent",
            Governor,
            "_ledger = ledger;",
            "_ledger = new GovernorLedger<IActorRef>();"),
        new("a group has one connection too many", Ledger, ".GetValueOrDefault(group) >= most", ".GetValueOrDefault(group) > most"),
        new(
            "a change is dialed with the old settings",
            Actor,
            "        TakeSettings(changed.Settings, changed.SendRate);\n        if (changed.Effect == ChangeEffect.Reconnect)",
            "        if (changed.Effect != ChangeEffect.Reconnect) TakeSettings(changed.Settings, changed.SendRate);\n"
                + "        if (changed.Effect == ChangeEffect.Reconnect)"),
        new("a paused endpoint is forgotten", Supervisor, "!endpoint.IsRemoved || !endpoint.IsIdle", "!endpoint.IsIdle"),
        new(
            "a Retry-After concerns only the endpoint that got it",
            Effects,
            "            _dependencies.Governor.Tell("
                + "new PauseScope(outcome.Scope, ScopeKey(outcome.Scope, cause), outcome.AtLeast, cause.Detail));",
            "            _ = cause;"),
        new(
            "a message that waited too long is dropped without a word",
            Sending,
            "late.Ticket.Tell(new SendResult(SendStatus.Expired, \"it waited longer than send.time-to-live\"));",
            "_ = late;"),
        new(
            "messages that wait are forgotten when the endpoint is closed",
            Commands,
            "            pending.Ticket.Tell(",
            "            _ = ("),
        new(
            "a message for a connection that waits for its restart is not answered",
            Commands,
            "            Sender.Tell(ActorHasFailed);",
            "            _ = ActorHasFailed;"),
        new(
            "messages that a crashed connection has not taken are not answered",
            "Supervision/ConnectionSupervisor.cs",
            "                PassOnSends(stopped.Endpoint);",
            ""),
        new(
            "a feed that has gone dry is not noticed when pongs come",
            "Policies/Liveness.cs",
            "DataDue(idle, signs.LastData, now, timeOfDay)",
            "DataDue(idle, signs.LastInbound, now, timeOfDay)"),
        new("the sequence does not advance", "Feeds/Feed.cs", "source, ++_lastSeq, now", "source, _lastSeq, now"),
        new("a break is not announced", "Feeds/Feed.cs", "_break = new Break(cause, _time.GetTimestamp());", "_break = null;"),
        new(
            "a message is counted and not passed on",
            "Connections/ConnectionLink.Messages.cs",
            "            Volatile.Write(ref _lastData, _lastInbound);",
            "            if (_lastData == 0) { _lastData = 1; return false; }"),
        new(
            "a connection that has crashed is not started again",
            Lifecycle,
            "Timers.StartSingleTimer(connection, new RestartDue(connection), due);",
            ""),
    ];

    /// <summary>Variants that break what is promised of the keys of subscriptions.</summary>
    private static readonly Mutant[] MutantsOfKeys =
    [
        new(
            "an accepted key is asked for again",
            Keys,
            "            key.Book.Settle(key);\n            key.Book.Doubt(key, mayBeThere: false);\n            if (key is {",
            "            if (key is {"),
        new(
            "a refused key is asked for again at once",
            Keys,
            "key.Retry(now + delay ?? TimeSpan.MaxValue, reason);",
            "key.Retry(delay is null ? TimeSpan.MaxValue : now, reason);"),
        new("a key that is refused for good is asked for again", Keys, "then == RefusedKeyAction.Stop", "then == (RefusedKeyAction)9"),
        new(
            "keys that were accepted are not asked for after a reconnect",
            Keys,
            "            if (!key.IsRefused)\n                key.Book.Queue.Add(key, isReplayed: true);",
            "            if (!key.IsRefused && !key.WasAccepted)\n                key.Book.Queue.Add(key, isReplayed: true);"),
        new(
            "keys that were accepted go first after a reconnect",
            KeyChanges,
            ".OrderBy(key => key.WasAccepted)",
            ".OrderBy(key => !key.WasAccepted)"),
        new(
            "a removed key is not ended at the server",
            KeyChanges,
            "var kept = Cancel(book, unwanted);",
            "IReadOnlyList<SubscribedKey> kept = [];"),
        new("a removed key is asked for again", KeyChanges, "            book.Remove(key);", "            book.Settle(key);"),
        new(
            "an added key is not asked for on an open connection",
            KeyChanges,
            "if (_isOpen && !_requests",
            "if (!_isOpen && !_requests"),
        new("more askings wait in front of a socket", KeysOfLink, "MostAskings = 64", "MostAskings = 65"),
        new(
            "askings follow each other faster than on-open-pace",
            "Connections/SendPace.cs",
            "opening > wait ? opening : wait",
            "opening < wait ? opening : wait"),
        new(
            "a key without data is not noticed",
            "Subscriptions/KeyClocks.cs",
            "After(key.Since > listening ? key.Since : listening, stale)",
            "TimeSpan.MaxValue"),
        new(
            "missing numbers of a key are not told",
            KeysOfLink,
            "        _writer!.TellLost(why, source, numbers);\n        Tell(why);",
            "        Tell(why);"),
        new(
            "what both connections of a rotation bring is delivered twice",
            KeysOfLink,
            "        if (isDuplicate)\n            return false;",
            "        if (isDuplicate)\n            return true;"),
        new(
            "what another connection brought that is over for long makes duplicates",
            "Subscriptions/KeyNumber.cs",
            "does not know it yet\n                && neighbours.MayBringTheSame(Connection))",
            "does not know it yet\n                )"),
        new(
            "a connection takes over without the keys of the one before",
            Decisions,
            "return open < ReadyAfter + KeysPatience && data",
            "return open < TimeSpan.Zero && data"),
        new("numbers that go back are not told", KeysOfLink, "if (number < before ||", "if (number < long.MinValue ||"),
        new(
            "stale keys are not counted",
            "Connections/ConnectionSubscriptions.cs",
            "counts[3], counts[4], counts[5]", "counts[3], 0, counts[5]"),
        new(
            "the keys of an endpoint that is down stay those of its last connection",
            "Supervision/RegistryEntry.cs",
            "            Plane.Subscriptions?.Change(Effective);",
            "            _ = Effective;"),
        new(
            "keys that were added are forgotten by a reload",
            "Supervision/RegistryEntry.cs",
            "_effective ??= _addedKeys?.Over(Settings) ?? Settings;", "_effective ??= Settings;"),
    ];

    [Fact]
    public Task Every_known_bad_variant_of_connections_is_caught() => IsCaughtAsync(MutantsOfConnections);

    [Fact]
    public Task Every_known_bad_variant_of_keys_is_caught() => IsCaughtAsync(MutantsOfKeys);

    private async Task IsCaughtAsync(Mutant[] mutants)
    {
        var caught = await RunAsync(mutants, MostSeeds);

        output.WriteLine(Table(caught));
        Assert.InRange(caught.Count, 15, int.MaxValue);
        Assert.Equal([], caught.Where(one => one.Broken is null).Select(one => one.Mutant.Name));
    }

    /// <summary>Counts the seeds needed to catch each variant.</summary>
    internal static async Task<IReadOnlyList<Caught>> RunAsync(int mostSeeds) =>
        [.. await RunAsync(MutantsOfConnections, mostSeeds), .. await RunAsync(MutantsOfKeys, mostSeeds)];

    private static async Task<IReadOnlyList<Caught>> RunAsync(Mutant[] mutants, int mostSeeds)
    {
        var lab = new MutantLab();
        var next = -1;
        var caught = new Caught[mutants.Length];
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            while (Interlocked.Increment(ref next) is var index && index < mutants.Length)
                caught[index] = Catch(lab, mutants[index], mostSeeds);
        })));
        return caught;
    }

    internal static string Table(IEnumerable<Caught> caught) =>
        string.Join(
            '\n',
            caught.Select(one =>
                $"| {one.Mutant.Name,-60} | "
                    + $"{(one.Broken is null ? "escaped" : $"{one.Seeds} seed{(one.Seeds == 1 ? "" : "s")}"),-8} | {one.Broken} |"));

    private static Caught Catch(MutantLab lab, Mutant mutant, int mostSeeds)
    {
        var probe = lab.Build(mutant);
        var length = MutantsOfKeys.Contains(mutant) ? Morning : Day; // keys change often, and most of their defects show at the end
        for (var seed = 1; seed <= mostSeeds; seed++)
        {
            if (probe(seed, length) is { } broken)
                return new Caught(mutant, seed, broken);
        }
        return new Caught(mutant, mostSeeds, Broken: null);
    }

    /// <param name="Mutant">The variant.</param>
    /// <param name="Seeds">The number of seeds needed.</param>
    /// <param name="Broken">The invariant that the last seed broke; null when no seed broke any.</param>
    internal sealed record Caught(Mutant Mutant, int Seeds, string? Broken);
}
