using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Endpoints;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Messages on their way from the supervisor to the actor of the primary. The supervisor adds them and refuses those that no actor will
/// take. Thread-safe; hold it in a field that is not read-only.
/// </summary>
/// <remarks>
/// Not a mailbox, because Akka.NET delivers at most once: a message that is enqueued while its receiver stops can vanish without a dead
/// letter, and its sender would wait in vain.
/// </remarks>
internal struct SendInbox
{
    private ConcurrentQueue<GivenSend>? _sends; // null until the first: most endpoints only listen

    /// <summary>False when as many messages as <see cref="LimitSettings.SendQueue"/> allows are in it already.</summary>
    public bool TryAdd(OutboundMessage message, IActorRef asker, int capacity)
    {
        var sends = LazyInitializer.EnsureInitialized(ref _sends);
        if (sends.Count >= capacity)
            return false;
        sends.Enqueue(new GivenSend(message, asker));
        return true;
    }

    public bool TryTake([MaybeNullWhen(false)] out GivenSend send)
    {
        send = null;
        return Volatile.Read(ref _sends)?.TryDequeue(out send) == true;
    }
}

/// <param name="Message">What to send.</param>
/// <param name="Asker">The actor that receives the <see cref="SendResult"/>.</param>
internal sealed record GivenSend(OutboundMessage Message, IActorRef Asker);
