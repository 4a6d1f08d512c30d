using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// The defects that the simulation has found, each by name with a seed whose history shows it. A
/// seed names a history only as long as the world draws the same numbers. With the fix undone, the
/// test tells whether the seed still shows the defect, and the verb <c>cases</c> finds another seed.
/// </summary>
[Collection(Laboratory.Name)]
public class NamedCases(ITestOutputHelper output)
{
    private const string Actor = "Connections/ConnectionActor.cs", BackingOff = "Connections/ConnectionActor.BackingOff.cs",
        Decisions = "Connections/ConnectionActor.Decisions.cs";

    private const string NextUrl =
        "            if (next.Outcome.Action == OutcomeAction.NextUrl"
            + " || (cause.IsFailure && next.Failures % _settings.Failover.After == 0))\n"
            + "                _urlIndex = (_urlIndex + 1) % (_settings.Urls.Count + 1);\n";

    internal static readonly IReadOnlyList<NamedCase> All =
    [
        new(
            1,
            new(
                "a moved URL is not visited by the connection that its change asks for",
                Actor,
                "        TakeSettings(changed.Settings, changed.SendRate);\n        if (changed.Effect == ChangeEffect.Reconnect)",
                "        if (changed.Effect != ChangeEffect.Reconnect) TakeSettings(changed.Settings, changed.SendRate);\n"
                    + "        if (changed.Effect == ChangeEffect.Reconnect)")),
        new(
            2,
            new(
                "who waits for a permit stays in the line of the group it has left",
                BackingOff,
                "return Queue(data); // another line",
                "{ } // another line"
            )),
        new(
            3,
            new(
                "the host of the next URL is paused in place of the one that asked for it",
                Decisions,
                "            PauseAsAsked(next.Outcome, cause); // the host that was dialed, before another takes its place\n" + NextUrl,
                NextUrl + "            PauseAsAsked(next.Outcome, cause);\n")),
    ];

    [Fact]
    public async Task Every_kept_defect_is_found_by_its_seed_only_when_its_fix_is_undone()
    {
        var shown = await ShowAsync(each => [each.Seed]);

        output.WriteLine(string.Join('\n', shown.Select(one => $"{one.Case}: {one.Broken ?? "not shown"}")));
        Assert.True(shown.All(one => one.Broken is not null), $"""
            {string.Join('\n', shown.Where(one => one.Broken is null).Select(one => $"{one.Case} shows it no more, or breaks by itself"))}
            The world draws other histories than when these seeds were chosen. Find seeds that show them again, and write them here, with
              dotnet run -c Release --project tests/ActorHeartbeat.Simulation.Tests -- cases --seeds 200
            """);
    }

    /// <summary>
    /// Runs each case's seeds until one shows the defect: an invariant breaks with the fix undone and holds with the fix.
    /// </summary>
    internal static async Task<IReadOnlyList<(NamedCase Case, string? Broken)>> ShowAsync(Func<NamedCase, IEnumerable<int>> seeds)
    {
        var lab = new MutantLab();
        var shown = new (NamedCase, string?)[All.Count];
        await Parallel.ForAsync(0, All.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (index, _) =>
        {
            shown[index] = Show(lab.Build(All[index].Undone), All[index], seeds(All[index]));
            return ValueTask.CompletedTask;
        });
        return shown;
    }

    private static (NamedCase Case, string? Broken) Show(Func<int, TimeSpan, string?> undone, NamedCase which, IEnumerable<int> seeds)
    {
        foreach (var seed in seeds)
        {
            if (undone(seed, MutationGate.Day) is { } broken && World.Probe(seed, MutationGate.Day) is null)
                return (which with { Seed = seed }, broken);
        }
        return (which, null);
    }
}

/// <param name="Seed">A seed that shows the defect.</param>
/// <param name="Undone">The defect, and the change that undoes its fix.</param>
internal sealed record NamedCase(int Seed, Mutant Undone)
{
    public override string ToString() => $"seed {Seed}, {Undone}";
}
