namespace ActorHeartbeat.TestKit;

/// <summary>Delays, sizes and other options of a <see cref="RawFaultServer"/>.</summary>
public sealed record RawFaultOptions
{
    /// <summary>Time between two bytes of <c>slow-loris</c>. Default 20 ms.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long <c>slow-handshake</c> takes. Default 300 ms.</summary>
    public TimeSpan SlowHandshake { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How late <c>late-pong</c> is. Default 300 ms.</summary>
    public TimeSpan LatePong { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a flapping connection lives. Default 50 ms.</summary>
    public TimeSpan FlapAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The size in bytes of <c>oversize-message</c>. Default 8 MiB.</summary>
    public int Oversize { get; init; } = 8 * 1024 * 1024;

    /// <summary>The inflated size in bytes of <c>decompression-bomb</c>. Default 64 MiB.</summary>
    public int Bomb { get; init; } = 64 * 1024 * 1024;

    /// <summary>The Retry-After header of the statuses that carry one. Default <c>2</c>, in seconds.</summary>
    public string RetryAfter { get; init; } = "2";

    /// <summary>The clock of delays. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
