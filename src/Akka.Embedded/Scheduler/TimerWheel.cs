using System.Numerics;

namespace Akka.Scheduling;

/// <summary>
/// Hierarchical timing wheel (Varghese and Lauck, 1987): six rings of 64 slots, each slot of a ring as wide as the whole ring
/// below. Arming and cancelling are O(1); a bitmap per ring finds the next slot in use, so that empty time costs nothing.
/// Not thread-safe and without a clock: the caller says what time it is.
/// </summary>
internal sealed class TimerWheel(TimeSpan tick)
{
    private const int SlotBits = 6;
    private const int SlotsPerRing = 1 << SlotBits;
    private const int Rings = 6;

    /// <summary>Ticks the rings reach ahead; at 10 ms more than 21 years.</summary>
    private const long Horizon = 1L << (SlotBits * Rings);

    private readonly TimerNode[] _slots = new TimerNode[SlotsPerRing * Rings];
    private readonly ulong[] _used = new ulong[Rings];
    private long _tick;

    public int Count { get; private set; }

    /// <summary>Enters a node by its <see cref="TimerNode.Due"/>, rounded up to a whole tick.</summary>
    public void Add(TimerNode node)
    {
        node.DueTick = Math.Max((node.Due.Ticks + tick.Ticks - 1) / tick.Ticks, _tick);
        Count++;
        Place(node);
    }

    /// <summary>False when the node is in no slot: fired, taken out, or never entered.</summary>
    public bool Remove(TimerNode node)
    {
        if (node.Slot < 0)
            return false;
        Unlink(node);
        Count--;
        return true;
    }

    /// <summary>When <see cref="TakeDue"/> has something to do next, an expiry or a move to a finer ring; null when nothing is pending.</summary>
    public TimeSpan? NextWork => NextTick() is { } next ? TimeSpan.FromTicks(next * tick.Ticks) : null;

    /// <summary>Takes out what is due at <paramref name="now"/>, tick by tick.</summary>
    public void TakeDue(TimeSpan now, List<TimerNode> due)
    {
        var target = now.Ticks / tick.Ticks;
        while (NextTick() is { } next && next <= target)
        {
            _tick = next;
            Cascade();
            Expire(due);
            _tick = next + 1;
        }

        _tick = Math.Max(_tick, target);
    }

    private long? NextTick()
    {
        long? earliest = null;
        for (var ring = 0; ring < Rings; ring++)
        {
            if (_used[ring] == 0)
                continue;
            var shift = ring * SlotBits;
            var position = _tick >> shift;

            // A coarse slot is due when time enters it; the one time is in was emptied on entry, unless time stands at its very beginning.
            var inclusive = ring == 0 || (_tick & ((1L << shift) - 1)) == 0;
            var start = inclusive ? position : position + 1;
            var distance = BitOperations.TrailingZeroCount(BitOperations.RotateRight(_used[ring], (int)(start & (SlotsPerRing - 1))));
            var candidate = (start + distance) << shift;
            if (earliest is null || candidate < earliest)
                earliest = candidate;
        }

        return earliest;
    }

    /// <summary>Moves what lies in the coarse slots that begin now one ring down or more, the coarsest first.</summary>
    private void Cascade()
    {
        for (var ring = Rings - 1; ring > 0; ring--)
        {
            var shift = ring * SlotBits;
            if ((_tick & ((1L << shift) - 1)) != 0)
                continue;
            var slot = ring * SlotsPerRing + (int)((_tick >> shift) & (SlotsPerRing - 1));
            for (var node = Detach(slot); node is not null;)
            {
                var next = node.Next;
                Place(node);
                node = next;
            }
        }
    }

    private void Expire(List<TimerNode> due)
    {
        for (var node = Detach((int)(_tick & (SlotsPerRing - 1))); node is not null;)
        {
            var next = node.Next;
            node.Previous = node.Next = null;
            node.Slot = -1;
            Count--;
            due.Add(node);
            node = next;
        }
    }

    private void Place(TimerNode node)
    {
        var distance = Math.Min(node.DueTick - _tick, Horizon - 1);
        var ring = distance < SlotsPerRing ? 0 : BitOperations.Log2((ulong)distance) / SlotBits;
        var slot = (int)(((_tick + distance) >> (ring * SlotBits)) & (SlotsPerRing - 1));
        _used[ring] |= 1UL << slot;
        Link(node, ring * SlotsPerRing + slot);
    }

    private void Link(TimerNode node, int slot)
    {
        // Circular lists: the head's Previous is the tail, so that appending keeps the order of arming.
        var head = _slots[slot];
        if (head is null)
        {
            _slots[slot] = node.Previous = node.Next = node;
        }
        else
        {
            node.Previous = head.Previous;
            node.Next = head;
            head.Previous.Next = node;
            head.Previous = node;
        }

        node.Slot = slot;
    }

    private void Unlink(TimerNode node)
    {
        var slot = node.Slot;
        if (ReferenceEquals(node.Next, node))
        {
            _slots[slot] = null;
            _used[slot >> SlotBits] &= ~(1UL << (slot & (SlotsPerRing - 1)));
        }
        else
        {
            node.Previous.Next = node.Next;
            node.Next.Previous = node.Previous;
            if (ReferenceEquals(_slots[slot], node))
                _slots[slot] = node.Next;
        }

        node.Previous = node.Next = null;
        node.Slot = -1;
    }

    /// <summary>Empties a slot; the result is linked by Next and ends with null.</summary>
    private TimerNode Detach(int slot)
    {
        var head = _slots[slot];
        if (head is null)
            return null;
        head.Previous.Next = null;
        _slots[slot] = null;
        _used[slot >> SlotBits] &= ~(1UL << (slot & (SlotsPerRing - 1)));
        return head;
    }
}
