using Akka.Actor;

namespace Akka.Dispatch;

/// <summary>
/// Lock-free queue of many producers and one consumer: a chain of arrays whose slots are claimed by an atomic increment
/// and used once, so that a message costs one such increment and 16 bytes. Nothing is allocated before the first message.
/// </summary>
internal struct MessageQueue
{
    private const int SmallestSegment = 8;

    /// <summary>512 slots stay below the large object heap and amortise the array header.</summary>
    private const int LargestSegment = 512;

    private Segment _tail;
    private Segment _first;
    private Segment _head;
    private int _headIndex;

    /// <summary>Consumer only. A slot that is claimed and not yet filled counts as present.</summary>
    public readonly bool IsEmpty
    {
        get
        {
            var segment = _head ?? Volatile.Read(in _first);
            if (segment is null)
                return true;
            if (_headIndex < segment.Slots.Length)
                return _headIndex >= Volatile.Read(in segment.Claimed);
            var next = Volatile.Read(in segment.Next);
            return next is null || Volatile.Read(in next.Claimed) == 0;
        }
    }

    /// <summary>Consumer only. How many messages wait, as far as they are visible.</summary>
    public readonly int Count
    {
        get
        {
            var count = 0;
            var index = _headIndex;
            for (var segment = _head ?? Volatile.Read(in _first); segment is not null; segment = Volatile.Read(in segment.Next), index = 0)
                count += Math.Min(Volatile.Read(in segment.Claimed), segment.Slots.Length) - index;
            return count;
        }
    }

    /// <summary>Any thread. The increment that claims the slot is a full fence: a later read of the mailbox's status is not moved before it.</summary>
    public void Enqueue(object message, IActorRef sender)
    {
        var segment = Volatile.Read(ref _tail) ?? CreateFirst();
        while (true)
        {
            var index = Interlocked.Increment(ref segment.Claimed) - 1;
            if ((uint)index < (uint)segment.Slots.Length)
            {
                ref var slot = ref segment.Slots[index];
                slot.Sender = sender;
                Volatile.Write(ref slot.Message, message);
                return;
            }

            segment = Successor(segment);
        }
    }

    /// <summary>Consumer only.</summary>
    public bool TryDequeue(out object message, out IActorRef sender)
    {
        message = null;
        sender = null;
        var segment = _head ??= Volatile.Read(ref _first);
        if (segment is null)
            return false;
        if (_headIndex == segment.Slots.Length)
        {
            var next = Volatile.Read(ref segment.Next);
            if (next is null)
                return false;
            _head = _first = segment = next;
            _headIndex = 0;
        }

        ref var slot = ref segment.Slots[_headIndex];
        message = Volatile.Read(ref slot.Message);
        if (message is null)
        {
            if (_headIndex >= Volatile.Read(ref segment.Claimed))
                return false;
            message = AwaitMessage(ref slot);
        }

        sender = slot.Sender;
        slot = default;
        segment.Consumed = ++_headIndex;
        return true;
    }

    /// <summary>The producer is between claiming and filling: a few instructions, unless it was preempted there.</summary>
    private static object AwaitMessage(ref Slot slot)
    {
        var spin = new SpinWait();
        object message;
        while ((message = Volatile.Read(ref slot.Message)) is null)
            spin.SpinOnce();
        return message;
    }

    private Segment CreateFirst()
    {
        var fresh = new Segment(SmallestSegment);
        var first = Interlocked.CompareExchange(ref _first, fresh, null) ?? fresh;
        return Interlocked.CompareExchange(ref _tail, first, null) ?? first;
    }

    private Segment Successor(Segment full)
    {
        var next = Volatile.Read(ref full.Next);
        if (next is null)
        {
            var fresh = new Segment(SizeAfter(full));
            next = Interlocked.CompareExchange(ref full.Next, fresh, null) ?? fresh;
        }

        Interlocked.CompareExchange(ref _tail, next, full);
        return next;
    }

    /// <summary>A consumer that keeps up gets small arrays, so that an idle actor stays small; a backlog gets large ones.</summary>
    private static int SizeAfter(Segment full)
    {
        var size = full.Slots.Length;
        return Volatile.Read(ref full.Consumed) > size / 2 ? Math.Max(SmallestSegment, size / 2) : Math.Min(LargestSegment, size * 2);
    }

    private struct Slot
    {
        public object Message;
        public IActorRef Sender;
    }

    private sealed class Segment(int size)
    {
        public readonly Slot[] Slots = new Slot[size];
        public Segment Next;
        public int Claimed;
        public int Consumed;
    }
}
