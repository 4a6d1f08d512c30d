using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Tests;

/// <summary>When the service collects to give memory back.</summary>
public sealed class CollectionRoundsTests
{
    private const long MiB = 1024 * 1024;

    private readonly CollectionRounds _rounds = new();
    private TimeSpan _now;

    [Fact]
    public void A_small_process_is_left_alone()
    {
        Assert.All(Look(Enumerable.Repeat(CollectionRounds.Enough, 100)), Assert.False);
    }

    [Fact]
    public void A_process_that_shrinks_is_collected_until_it_is_small()
    {
        Assert.Equal([true, true, true, true, true, true, false], Look([900, 900, 900, 700, 600, 400, 200]));
    }

    [Fact]
    public void What_a_round_does_not_shrink_is_in_use_and_left_alone_for_ten_minutes()
    {
        const int round = CollectionRounds.CollectionsOfRound, rest = 60;

        var looks = Look(Enumerable.Repeat(900L, round + rest + round));

        Assert.Equal(
            [.. Enumerable.Repeat(true, round), .. Enumerable.Repeat(false, rest - 1), .. Enumerable.Repeat(true, round), false], looks);
    }

    [Fact]
    public void A_process_that_grows_anew_is_not_left_alone()
    {
        Look(Enumerable.Repeat(500L, CollectionRounds.CollectionsOfRound));

        Assert.Equal([false, true, true], Look([510, 900, 900]));
    }

    [Fact]
    public void A_process_that_was_small_meanwhile_is_not_left_alone()
    {
        Look(Enumerable.Repeat(500L, CollectionRounds.CollectionsOfRound));

        Assert.Equal([false, true], Look([100, 500]));
    }

    /// <summary>Looks every ten seconds.</summary>
    private List<bool> Look(IEnumerable<long> sizesInMiB)
    {
        var looks = new List<bool>();
        foreach (var size in sizesInMiB)
        {
            looks.Add(_rounds.WantsCollection(size == CollectionRounds.Enough ? size : size * MiB, _now));
            _now += TimeSpan.FromSeconds(10);
        }
        return looks;
    }
}
