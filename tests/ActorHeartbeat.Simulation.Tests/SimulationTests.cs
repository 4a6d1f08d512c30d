using System.Diagnostics;
using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// Days of a fleet under every fault at once. A failing seed prints itself; it becomes a named case here, and
/// <c>ACTORHEARTBEAT_SEED=S</c> prints its whole history.
/// </summary>
public class SimulationTests(ITestOutputHelper output)
{
    private const int LeastSeeds = 3;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24), Budget = TimeSpan.FromSeconds(20);

    [Fact]
    public void Days_of_every_fault_break_no_invariant_and_heal()
    {
        var elapsed = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var seed = 0;
        long messages = 0;
        while (seed < LeastSeeds || elapsed.Elapsed < Budget)
            messages += Run(++seed, Day);

        var minutes = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMinutes;
        output.WriteLine($"{seed} days of {Fleet.Size} endpoints, {messages:N0} messages; {seed / 365.25 / minutes:0.000} years, {seed * Fleet.Size / 365.25 / minutes:0.0} endpoint years, per minute of CPU");
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

    [Fact]
    public void Replay_a_seed()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("ACTORHEARTBEAT_SEED"), out var seed))
            return;
        using var world = new World(seed, output.WriteLine);

        world.Run(Day);

        Assert.True(world.Broken is null, world.Broken);
    }

    private static long Run(int seed, TimeSpan length)
    {
        using var world = new World(seed);
        Assert.True(world.Run(length) is null, $"seed {seed}: {world.Broken}");
        return world.Messages;
    }
}
