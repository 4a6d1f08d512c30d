using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Policies;

/// <summary>
/// Smoothed round trip and the timeout it suggests (RFC 6298 sections 2.2, 2.3), with a fixed small
/// sketch for the 95th percentile. Not thread-safe.
/// </summary>
public sealed class RttEstimator
{
    private const double Alpha = 1.0 / 8, Beta = 1.0 / 4; // RFC 6298 section 2.3
    private const int Buckets = 64;
    private const double SmallestMilliseconds = 0.1, Growth = 1.25; // 64 buckets reach past two minutes, at most 25 % too high
    private const int HalveAt = 1024; // old round trips fade out of the percentile

    private Histogram _histogram;
    private int _samples;
    private double _smoothed, _variation;

    /// <summary>The least timeout ever suggested (RFC 6298 section 2.4).</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(1);

    /// <summary>The latest round trip; null before the first.</summary>
    public TimeSpan? Last { get; private set; }

    /// <summary>SRTT + 4 x RTTVAR, at least <see cref="Floor"/>; null before the first sample.</summary>
    public TimeSpan? Timeout
    {
        get
        {
            if (Last is null)
                return null;
            var suggested = TimeSpan.FromMilliseconds(_smoothed + (4 * _variation));
            return suggested < Floor ? Floor : suggested;
        }
    }

    /// <summary>The 95th percentile, at most 25 % too high; null before the first sample.</summary>
    public TimeSpan? P95
    {
        get
        {
            if (_samples == 0)
                return null;
            var above = _samples - (int)Math.Ceiling(_samples * 0.95);
            for (var bucket = Buckets - 1; bucket >= 0; bucket--)
            {
                if ((above -= _histogram[bucket]) < 0)
                    return TimeSpan.FromMilliseconds(SmallestMilliseconds * Math.Pow(Growth, bucket));
            }
            return null;
        }
    }

    public void Add(TimeSpan roundTrip)
    {
        var sample = Math.Max(0, roundTrip.TotalMilliseconds);
        if (Last is null)
        {
            _smoothed = sample;
            _variation = sample / 2;
        }
        else
        {
            _variation = ((1 - Beta) * _variation) + (Beta * Math.Abs(_smoothed - sample));
            _smoothed = ((1 - Alpha) * _smoothed) + (Alpha * sample);
        }
        Last = roundTrip;
        Count(sample);
    }

    private void Count(double milliseconds)
    {
        if (_samples >= HalveAt)
        {
            _samples = 0;
            for (var bucket = 0; bucket < Buckets; bucket++)
                _samples += _histogram[bucket] >>= 1;
        }
        var index = milliseconds <= SmallestMilliseconds ? 0 : (int)Math.Ceiling(Math.Log(milliseconds / SmallestMilliseconds, Growth));
        _histogram[Math.Min(index, Buckets - 1)]++;
        _samples++;
    }

    /// <summary>How many round trips each bucket has.</summary>
    [InlineArray(Buckets)]
    private struct Histogram
    {
        private ushort _first;
    }
}
