using System.Diagnostics;
using System.Numerics;

namespace ActorHeartbeat.Scheduling;

/// <summary>
/// Hierarchical timing wheel (Varghese and Lauck, 1987): six rings of 64 slots, each slot of a ring as wide as the whole ring
/// below. Adding and removing are O(1); a bitmap per ring finds the next slot in use, so that empty time costs nothing.
/// </summary>
/// <remarks>It has no clock and no thread: the caller supplies the time, and calls from one thread at a time.</remarks>
/// <param name="resolution">The width of a slot of the finest ring: an entry comes out up to this much after it is due.</param>
internal sealed class TimerWheel(TimeSpan resolution)
{
    private const int SlotBits = 6;
    private const int SlotsPerRing = 1 << SlotBits;
    private const int Rings = 6;

    /// <summary>How many ticks the rings reach ahead: at 10 ms more than 21 years. A later entry passes the coarsest ring again.</summary>
    private const long Horizon = 1L << (SlotBits * Rings);

    private static readonly Comparer<TimerEntry> InOrder = Comparer<TimerEntry>.Create(static (one, other) => Compare(one, other));

    private readonly TimerEntry?[] _slots = new TimerEntry?[SlotsPerRing * Rings];
    private readonly ulong[] _used = new ulong[Rings];
    private long _tick;
    private long _number;

    public int Count { get; private set; }

    /// <summary>
    /// When <see cref="TakeDue"/> has something to do next, an expiry or a move to a finer ring. Null when the wheel is empty.
    /// </summary>
    public TimeSpan? NextWork => NextTick() is { } next ? TimeSpan.FromTicks(next * resolution.Ticks) : null;

    /// <summary>Adds an entry by its <see cref="TimerEntry.Due"/>, rounded up to a whole tick.</summary>
    public void Add(TimerEntry entry)
    {
        Debug.Assert(entry.Slot == TimerEntry.Nowhere, "an entry is in one slot");
        Debug.Assert(entry.Due <= TimerEntry.Farthest, "the tick of an entry is a number");
        var (whole, rest) = Math.DivRem(entry.Due.Ticks, resolution.Ticks);
        entry.DueTick = Math.Max(rest > 0 ? whole + 1 : whole, _tick);
        entry.Number = _number++;
        Count++;
        Place(entry);
    }

    /// <summary>False when the wheel does not hold the entry: it came out, was removed, or was never added.</summary>
    public bool Remove(TimerEntry entry)
    {
        if (entry.Slot == TimerEntry.Nowhere)
            return false;
        Unlink(entry);
        Count--;
        return true;
    }

    /// <summary>
    /// Takes out the entries that are due at <paramref name="now"/>: the earliest first, and of one instant the first added first.
    /// </summary>
    public void TakeDue(TimeSpan now, List<TimerEntry> due)
    {
        var target = now.Ticks / resolution.Ticks;
        while (NextTick() is { } next && next <= target)
        {
            _tick = next;
            Cascade();
            Expire(due);
            _tick = next + 1;
        }

        _tick = Math.Max(_tick, target);
    }

    private static int Compare(TimerEntry one, TimerEntry other) =>
        one.Due == other.Due ? one.Number.CompareTo(other.Number) : one.Due.CompareTo(other.Due);

    private long? NextTick()
    {
        long? earliest = null;
        for (var ring = 0; ring < Rings; ring++)
        {
            if (_used[ring] == 0)
                continue;
            var shift = ring * SlotBits;
            var position = _tick >> shift;

            // A coarse slot is due when time enters it. The slot that time is in is empty, unless time stands at its very beginning.
            var inclusive = ring == 0 || (_tick & ((1L << shift) - 1)) == 0;
            var start = inclusive ? position : position + 1;
            var ahead = BitOperations.RotateRight(_used[ring], (int)(start & (SlotsPerRing - 1)));
            var distance = BitOperations.TrailingZeroCount(ahead);
            var candidate = (start + distance) << shift;
            if (earliest is null || candidate < earliest)
                earliest = candidate;
        }

        return earliest;
    }

    /// <summary>Moves the entries of the coarse slots that begin now down by one ring or more, the coarsest first.</summary>
    private void Cascade()
    {
        for (var ring = Rings - 1; ring > 0; ring--)
        {
            var shift = ring * SlotBits;
            if ((_tick & ((1L << shift) - 1)) != 0)
                continue;
            var slot = ring * SlotsPerRing + (int)((_tick >> shift) & (SlotsPerRing - 1));
            for (var entry = Detach(slot); entry is not null;)
            {
                var next = entry.Next;
                Place(entry);
                entry = next;
            }
        }
    }

    /// <summary>Empties the slot of this tick. Sorts the entries if one from a coarser ring lies behind a later one.</summary>
    private void Expire(List<TimerEntry> due)
    {
        var first = due.Count;
        var sorted = true;
        for (var entry = Detach((int)(_tick & (SlotsPerRing - 1))); entry is not null;)
        {
            var next = entry.Next;
            entry.Previous = entry.Next = null;
            entry.Slot = TimerEntry.Nowhere;
            Count--;
            sorted &= due.Count == first || Compare(due[^1], entry) < 0;
            due.Add(entry);
            entry = next;
        }

        if (!sorted)
            due.Sort(first, due.Count - first, InOrder);
    }

    private void Place(TimerEntry entry)
    {
        var distance = Math.Min(entry.DueTick - _tick, Horizon - 1);
        var ring = distance < SlotsPerRing ? 0 : BitOperations.Log2((ulong)distance) / SlotBits;
        var slot = (int)(((_tick + distance) >> (ring * SlotBits)) & (SlotsPerRing - 1));
        _used[ring] |= 1UL << slot;
        Link(entry, ring * SlotsPerRing + slot);
    }

    /// <summary>The lists are circular: the head's Previous is the tail.</summary>
    private void Link(TimerEntry entry, int slot)
    {
        if (_slots[slot] is { Previous: { } tail } head)
        {
            (entry.Previous, entry.Next) = (tail, head);
            tail.Next = head.Previous = entry;
        }
        else
        {
            _slots[slot] = entry.Previous = entry.Next = entry;
        }

        entry.Slot = slot;
    }

    private void Unlink(TimerEntry entry)
    {
        var slot = entry.Slot;
        if (entry is { Previous: { } previous, Next: { } next } && next != entry)
        {
            (previous.Next, next.Previous) = (next, previous);
            if (_slots[slot] == entry)
                _slots[slot] = next;
        }
        else
        {
            Clear(slot);
        }

        entry.Previous = entry.Next = null;
        entry.Slot = TimerEntry.Nowhere;
    }

    /// <summary>Empties a slot.</summary>
    /// <returns>The entries that were in it, linked by Next up to null.</returns>
    private TimerEntry? Detach(int slot)
    {
        if (_slots[slot] is not { Previous: { } tail } head)
            return null;
        tail.Next = null;
        Clear(slot);
        return head;
    }

    private void Clear(int slot)
    {
        _slots[slot] = null;
        _used[slot >> SlotBits] &= ~(1UL << (slot & (SlotsPerRing - 1)));
    }
}
