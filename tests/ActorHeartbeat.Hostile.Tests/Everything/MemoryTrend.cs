namespace ActorHeartbeat.Hostile.Tests.Everything;

/// <summary>Samples of memory over time. The first fifth is the warm-up; the rest is compared by thirds.</summary>
internal sealed class MemoryTrend
{
    private readonly List<(TimeSpan At, long Memory)> _samples = [];

    public void Add(TimeSpan at, long memory) => _samples.Add((at, memory));

    /// <summary>The mean of the first and of the last third, in MiB.</summary>
    public (double First, double Last) Thirds()
    {
        if (_samples.Count == 0)
            return (0, 0);
        var end = _samples[^1].At;
        var begin = end / 5;
        var third = (end - begin) / 3;
        return (Mean(begin, begin + third), Mean(end - third, end));
    }

    private double Mean(TimeSpan from, TimeSpan to) =>
        _samples.Where(sample => sample.At >= from && sample.At <= to).Select(sample => (double)sample.Memory).DefaultIfEmpty().Average();
}
