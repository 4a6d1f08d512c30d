using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Feeds;

/// <summary>
/// Keeps messages that cannot be sent yet: the connection is down, or the send rate does not allow them. It has no timer and
/// sends nothing: its owner passes in the time, sends the messages that it takes out, in order, and reports the result to each
/// sender. While the queue is not empty, a new message goes to its end even when the connection is open again; otherwise it
/// would overtake. Thread-safe: when a rotation ends, the actors of the old and the new connection may use it at the same time.
/// </summary>
/// <typeparam name="TTicket">How the owner finds the sender again.</typeparam>
/// <param name="settings">Whether to queue, and how long a message may wait.</param>
/// <param name="capacity">Messages that may wait; see <see cref="LimitSettings.SendQueue"/>.</param>
public sealed class SendQueue<TTicket>(SendSettings settings, int capacity)
{
    private readonly Queue<QueuedSend<TTicket>> _waiting = new(); // guards all of it
    private SendSettings _settings = settings;
    private int _capacity = capacity;

    public int Count
    {
        get
        {
            lock (_waiting)
                return _waiting.Count;
        }
    }

    public bool IsEmpty => Count == 0;

    /// <summary>Whether messages are kept while the connection is down.</summary>
    public bool KeepsWhileDown
    {
        get
        {
            lock (_waiting)
                return _settings.WhileDown == SendWhileDown.Queue;
        }
    }

    /// <summary>When the oldest message expires, on the owner's clock; null when none waits.</summary>
    public TimeSpan? NextExpiry
    {
        get
        {
            lock (_waiting)
                return NextExpiryLocked;
        }
    }

    private TimeSpan? NextExpiryLocked => _waiting.TryPeek(out var oldest) ? oldest.QueuedAt + _settings.TimeToLive : null;

    /// <summary>Returns Queued, or Refused when the policy is fail or the bound is reached.</summary>
    /// <param name="message">What to send.</param>
    /// <param name="ticket">How the owner finds the sender again.</param>
    /// <param name="now">The owner's monotonic clock; must not go back.</param>
    public SendStatus Offer(OutboundMessage message, TTicket ticket, TimeSpan now) =>
        KeepsWhileDown ? Keep(message, ticket, now) : SendStatus.Refused;

    /// <summary>The same for a message that waits for the send rate of an open connection: Refused only at the bound.</summary>
    public SendStatus Keep(OutboundMessage message, TTicket ticket, TimeSpan now)
    {
        lock (_waiting)
        {
            if (_waiting.Count >= _capacity)
                return SendStatus.Refused;
            _waiting.Enqueue(new QueuedSend<TTicket>(message, ticket, now));
            return SendStatus.Queued;
        }
    }

    /// <summary>
    /// Takes the messages whose time-to-live has passed; the owner reports <see cref="SendStatus.Expired"/> to their senders.
    /// </summary>
    public IReadOnlyList<QueuedSend<TTicket>> TakeExpired(TimeSpan now)
    {
        lock (_waiting)
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
        lock (_waiting)
            return _waiting.TryDequeue(out send);
    }

    /// <summary>
    /// Takes all messages, because none will be sent; the owner reports <see cref="SendStatus.Refused"/> to their senders.
    /// </summary>
    public IReadOnlyList<QueuedSend<TTicket>> TakeAll()
    {
        lock (_waiting)
        {
            QueuedSend<TTicket>[] all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>
    /// Changes the policy from the next offer on; waiting messages keep their place, and their age counts against the new time-to-live.
    /// </summary>
    public void Configure(SendSettings settings, int capacity)
    {
        lock (_waiting)
            (_settings, _capacity) = (settings, capacity);
    }
}

/// <summary>A message that waits for the connection.</summary>
/// <param name="Message">What to send.</param>
/// <param name="Ticket">How the owner finds the sender again.</param>
/// <param name="QueuedAt">When it was offered, on the owner's clock.</param>
public sealed record QueuedSend<TTicket>(OutboundMessage Message, TTicket Ticket, TimeSpan QueuedAt);
