using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>A simulation that finds nothing proves nothing unless it finds what is known to be there.</summary>
public class MutationGate(ITestOutputHelper output)
{
    private const int MostSeeds = 12;
    private const string Actor = "Connections/ConnectionActor.cs", Effects = "Connections/ConnectionActor.Effects.cs", Budgets = "Supervision/DialBudgets.cs";

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly Mutant[] Mutants =
    [
        new("a stale incarnation is accepted", Effects, "happened.Incarnation == link?.Incarnation", "link is not null"),
        new("a stale event is not counted", Effects, "_memory.Vitals.CountStale();", ""),
        new("a state's timer is not cancelled on leaving it", Effects, "CancelTimer(TimerOf(from));", ""),
        new("no deadline is armed for an answer", Effects, "SetTimer(TimerOf(to),", "if (to != ConnectionState.AwaitingPong) SetTimer(TimerOf(to),"),
        new("a dial does not wait for the previous socket", Effects, "data.Leaving is { IsGone: false }", "false"),
        new("failures are forgotten on opening", Effects, "            data.Failures, data.Link, now, Stable:", "            0, data.Link, now, Stable:"),
        new("failures are forgotten too early", "Policies/Liveness.cs", "settings.Backoff.ResetAfter", "settings.Backoff.ResetAfter / 2"),
        new("a heartbeat is sent while one is out", Effects, "PongDeadline = Now + PongTimeout };", "PongDeadline = Now + (PongTimeout / 2) };"),
        new("missed heartbeats never end a connection", Actor, "LivenessVerdict.Missed => Lose(data, CloseCause.HeartbeatTimeout(data.Missed + 1))", "LivenessVerdict.Missed => GoTo(ConnectionState.AwaitingPong).Using(Ping(data))"),
        new("a permit is not returned after the handshake", Effects, "if (from == ConnectionState.Connecting && to != from)", "if (from == ConnectionState.Connecting && to == ConnectionState.Connecting)"),
        new("a permit is not returned on a crash", "Supervision/ConnectGovernor.cs", "_ledger.Gone(dead.ActorRef);", ""),
        new("a place in the group is not given back", Effects, "private void Release() => _with.Governor.Tell(new ConnectionReleased(_memory.Id));", "private static void Release() { }"),
        new("the overall budget is not spent", Budgets, "_overall = _overall.Spent(now);", ""),
        new("a group's budget is not spent", Budgets, "_groups[groupKey] = budget.Spent(now);", "_ = budget;"),
        new("a change is dialed with the old settings", Actor, "                TakeSettings();\n                return WhenClosing", "                return WhenClosing"),
        new("a paused endpoint is forgotten", "Supervision/ConnectionSupervisor.cs", "!endpoint.IsRemoved || !endpoint.IsIdle", "!endpoint.IsIdle"),
        new("the sequence does not advance", "Delivery/Feed.cs", "writer.Source, ++_lastSeq, now", "writer.Source, _lastSeq, now"),
        new("a break is not announced", "Delivery/Feed.cs", "_break = new Break(cause, _time.GetTimestamp());", "_break = null;"),
        new("a message is counted and not passed on", "Connections/ConnectionLink.cs", "            default:\n                Volatile.Write(ref _lastData, _lastInbound);", "            default:\n                if (_lastData == 0) { _lastData = 1; return default; }"),
    ];

    [Fact]
    public void Every_known_bad_variant_is_caught()
    {
        var lab = new MutantLab();
        var escaped = 0;
        foreach (var mutant in Mutants)
        {
            var probe = lab.Build(mutant);
            var seed = 0;
            string? broken = null;
            while (broken is null && seed < MostSeeds)
                broken = probe(++seed, Day);
            if (broken is null)
                escaped++;
            output.WriteLine($"| {mutant.Name,-50} | {(broken is null ? "escaped" : $"{seed} seed{(seed == 1 ? "" : "s")}"),-8} | {broken} |");
        }

        Assert.Equal(0, escaped);
    }
}
