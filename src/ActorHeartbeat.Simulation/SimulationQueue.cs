using System.Text;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorHeartbeat.Simulation;

/// <summary>
/// The messages of one actor, in a ring that one thread uses. It shows each message before handing it over, and hands over one per run.
/// </summary>
internal sealed class SimulationQueue : IMessageQueue, IUnboundedDequeBasedMessageQueueSemantics
{
    private readonly RunQueue _queue;
    private Envelope[] _ring = new Envelope[4];
    private int _first;

    public SimulationQueue(RunQueue queue, IActorRef? owner)
    {
        (_queue, Owner) = (queue, owner);
        TraceHash = owner is null ? 0 : StableHash.Of(NameOf(owner.Path));
    }

    public int Count { get; private set; }

    public bool HasMessages => Count > 0;

    public IActorRef? Owner { get; }

    /// <summary>A hash of the owner's path, the same in every process.</summary>
    public ulong TraceHash { get; }

    /// <summary>How often the actor became ready.</summary>
    public ulong Turns { get; set; }

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        _queue.Boundary.Check(envelope.Message, receiver);
        Grow();
        _ring[(_first + Count++) & (_ring.Length - 1)] = envelope;
    }

    public void EnqueueFirst(Envelope envelope)
    {
        _queue.Boundary.Check(envelope.Message, Owner);
        Grow();
        _first = (_first - 1) & (_ring.Length - 1);
        _ring[_first] = envelope;
        Count++;
    }

    public bool TryDequeue(out Envelope envelope)
    {
        if (Count == 0 || !_queue.TryTake(this, _ring[_first].Message))
        {
            envelope = default;
            return false;
        }
        envelope = Take();
        return true;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (Count > 0)
            deadletters.Enqueue(owner, Take());
    }

    private Envelope Take()
    {
        var envelope = _ring[_first];
        _ring[_first] = default;
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
        return envelope;
    }

    private void Grow()
    {
        if (Count < _ring.Length)
            return;
        var larger = new Envelope[2 * _ring.Length];
        for (var index = 0; index < Count; index++)
            larger[index] = _ring[(_first + index) & (_ring.Length - 1)];
        (_ring, _first) = (larger, 0);
    }

    /// <summary>
    /// The path of the owner. Akka.NET numbers some of its own actors across all systems of a process, so digits are left out there.
    /// </summary>
    private static string NameOf(ActorPath path)
    {
        var name = path.ToStringWithoutAddress();
        if (!name.StartsWith("/system", StringComparison.Ordinal))
            return name;
        var without = new StringBuilder();
        foreach (var character in name)
        {
            if (!char.IsAsciiDigit(character))
                without.Append(character);
        }
        return without.ToString();
    }
}
