namespace ActorHeartbeat.Scheduling;

/// <summary>One timer and its place in a <see cref="TimerWheel"/>: entering and leaving the wheel allocate nothing.</summary>
internal abstract class TimerEntry
{
    internal const int Nowhere = -1;

    /// <summary>The latest <see cref="Due"/>, 14,600 years: it can be rounded up to a tick without overflow.</summary>
    internal static readonly TimeSpan Farthest = TimeSpan.MaxValue / 2;

    /// <summary>On the clock of the wheel's user. Read when the entry enters the wheel. At most <see cref="Farthest"/>.</summary>
    public TimeSpan Due { get; set; }

    internal TimerEntry? Previous { get; set; }

    internal TimerEntry? Next { get; set; }

    /// <summary>The list of the wheel that holds the entry, or <see cref="Nowhere"/>.</summary>
    internal int Slot { get; set; } = Nowhere;

    internal long DueTick { get; set; }

    /// <summary>Breaks the tie between entries that are due at the same instant.</summary>
    internal long Number { get; set; }

    /// <summary>The sum, at most <see cref="Farthest"/>.</summary>
    internal static TimeSpan After(TimeSpan time, TimeSpan delay) => delay < Farthest - time ? time + delay : Farthest;
}
