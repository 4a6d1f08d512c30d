using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// Simulates days of a fleet under every fault at once. A failing seed is printed; the program's verb <c>replay --seed S</c> prints
/// its whole history. A defect that a seed has found is kept in three ways: as a unit test beside the code that was wrong, with its
/// seed in <see cref="NamedCases"/>, and, where any draw of the world finds it again, as a variant of <see cref="MutationGate"/>.
/// </summary>
[Collection(Laboratory.Name)]
public class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 40;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public async Task Days_of_every_fault_break_no_invariant_and_heal()
    {
        var campaign = await Campaign.RunAsync(first: 1, Seeds, TimeSpan.Zero, Day);

        output.WriteLine($"{campaign}");
        Assert.True(campaign.Broken.Count == 0, $"""
            {string.Join('\n', campaign.Broken)}
            Its whole history: dotnet run -c Release --project tests/ActorHeartbeat.Simulation.Tests -- replay --seed S
            Once the library is right again, keep it: a test beside the code that was wrong, and in NamedCases
            the seed with what undoes the fix.
            """);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history()
    {
        using World one = new(7), same = new(7), other = new(8);

        foreach (var world in new[] { one, same, other })
        {
            world.Run(TimeSpan.FromHours(1));
            Assert.True(world.Broken is null, world.Broken);
        }

        Assert.Equal(one.Digest, same.Digest);
        Assert.NotEqual(one.Digest, other.Digest);
    }
}
