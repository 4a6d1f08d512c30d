using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// Days of a fleet under every fault at once. A failing seed prints itself; it becomes a named case here, and
/// the program's verb <c>replay --seed S</c> prints its whole history.
/// </summary>
[Collection(Laboratory.Name)]
public class SimulationTests(ITestOutputHelper output)
{
    private const int LeastSeeds = 40;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24), Budget = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Days_of_every_fault_break_no_invariant_and_heal()
    {
        var campaign = await Campaign.RunAsync(first: 1, LeastSeeds, Budget, Day);

        output.WriteLine($"{campaign}");
        Assert.Equal([], campaign.Broken);
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

    /// <summary>Every seed that ever broke something, and what it was.</summary>
    [Theory]
    [InlineData(1, 24, "a change that asks for a new connection was dialed with the old settings")]
    [InlineData(4, 24, "an answer of an older incarnation was not counted while connecting")]
    [InlineData(5, 24, "late answers lengthened the automatic timeout without bound")]
    [InlineData(8, 24, "a rotation to new settings failed, and the old connection kept the old ones")]
    [InlineData(18, 24, "an endpoint that an operator had resumed before the configuration did was not told of its new settings")]
    public void A_seed_that_failed_once_holds(int seed, int hours, string was)
    {
        output.WriteLine(was);

        Run(seed, TimeSpan.FromHours(hours));
    }

    private static void Run(int seed, TimeSpan length)
    {
        using var world = new World(seed);
        Assert.True(world.Run(length) is null, $"seed {seed}: {world.Broken}");
    }
}
