using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// Decides what becomes of messages that cannot be sent yet: the connection is down, or their turn under the send rate has not come.
/// Holds no timer and sends nothing: its owner says what time it is, sends what it takes out, in order, and tells each sender the
/// result. While it is not empty a new message belongs at its end, also when the connection is open again, or it would overtake.
/// Thread-safe: when a rotation ends, the old connection's actor and the new one's may both be at it.
/// </summary>
/// <typeparam name="TTicket">How the owner finds the sender again.</typeparam>
/// <param name="settings">Whether to queue, and how long a message stays worth sending.</param>
/// <param name="capacity">Messages that may wait; see <see cref="LimitSettings.SendQueue"/>.</param>
public sealed class SendQueue<TTicket>(SendSettings settings, int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<QueuedSend<TTicket>> _waiting = new();
    private SendSettings _settings = settings;
    private int _capacity = capacity;

    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    public bool IsEmpty => Count == 0;

    /// <summary>Whether messages are kept while the connection is down.</summary>
    public bool KeepsWhileDown
    {
        get
        {
            lock (_gate)
                return _settings.WhileDown == SendWhileDown.Queue;
        }
    }

    /// <summary>When the oldest message expires, on the owner's clock; null when none waits.</summary>
    public TimeSpan? NextExpiry
    {
        get
        {
            lock (_gate)
                return NextExpiryLocked;
        }
    }

    private TimeSpan? NextExpiryLocked => _waiting.TryPeek(out var oldest) ? oldest.QueuedAt + _settings.TimeToLive : null;

    /// <summary>Queued, or Refused: the policy is fail, or the bound is reached.</summary>
    /// <param name="message">What to send.</param>
    /// <param name="ticket">How the owner finds the sender again.</param>
    /// <param name="now">The owner's monotonic clock; must not go back.</param>
    public SendStatus Offer(OutboundMessage message, TTicket ticket, TimeSpan now) =>
        KeepsWhileDown ? Keep(message, ticket, now) : SendStatus.Refused;

    /// <summary>The same for a message whose connection is open and whose turn has not come: Refused only at the bound.</summary>
    public SendStatus Keep(OutboundMessage message, TTicket ticket, TimeSpan now)
    {
        lock (_gate)
        {
            if (_waiting.Count >= _capacity)
                return SendStatus.Refused;
            _waiting.Enqueue(new QueuedSend<TTicket>(message, ticket, now));
            return SendStatus.Queued;
        }
    }

    /// <summary>Takes the messages whose time-to-live has passed: their senders learn <see cref="SendStatus.Expired"/>.</summary>
    public IReadOnlyList<QueuedSend<TTicket>> TakeExpired(TimeSpan now)
    {
        lock (_gate)
        {
            if (NextExpiryLocked is not { } next || next > now)
                return [];
            var expired = new List<QueuedSend<TTicket>>();
            while (NextExpiryLocked <= now)
                expired.Add(_waiting.Dequeue());
            return expired;
        }
    }

    /// <summary>Takes the oldest message to be sent now; call <see cref="TakeExpired"/> first.</summary>
    public bool TryTake([MaybeNullWhen(false)] out QueuedSend<TTicket> send)
    {
        lock (_gate)
            return _waiting.TryDequeue(out send);
    }

    /// <summary>Takes everything, because nothing more will be sent: the senders learn <see cref="SendStatus.Refused"/>.</summary>
    public IReadOnlyList<QueuedSend<TTicket>> TakeAll()
    {
        lock (_gate)
        {
            QueuedSend<TTicket>[] all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>
    /// Changes the policy from the next offer on; what waits keeps its place, and its age counts against the new time-to-live.
    /// </summary>
    public void Configure(SendSettings settings, int capacity)
    {
        lock (_gate)
            (_settings, _capacity) = (settings, capacity);
    }
}

/// <summary>A message that waits for the connection.</summary>
/// <param name="Message">What to send.</param>
/// <param name="Ticket">How the owner finds the sender again.</param>
/// <param name="QueuedAt">When it was offered, on the owner's clock.</param>
public sealed record QueuedSend<TTicket>(OutboundMessage Message, TTicket Ticket, TimeSpan QueuedAt);
