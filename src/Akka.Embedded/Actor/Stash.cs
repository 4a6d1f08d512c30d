namespace Akka.Actor;

/// <summary>A message with its sender.</summary>
public readonly struct Envelope(object message, IActorRef sender)
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public override string ToString() => $"<{Message}> from {Sender}";
}

/// <summary>Puts messages aside until the actor is ready for them.</summary>
public interface IStash
{
    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    /// <summary>Always false: the stash has no bound.</summary>
    bool IsFull { get; }

    /// <summary>Always -1: the stash has no bound.</summary>
    int Capacity { get; }

    /// <summary>Puts the current message aside.</summary>
    /// <exception cref="IllegalActorStateException">It is aside already, or there is none.</exception>
    void Stash();

    /// <summary>Returns the oldest message to the head of the mailbox.</summary>
    void Unstash();

    /// <summary>Returns all messages to the head of the mailbox, in their order.</summary>
    void UnstashAll();

    /// <summary>Returns the messages that satisfy the predicate; the others are dropped.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Takes the messages out without handling them.</summary>
    IEnumerable<Envelope> ClearStash();

    void Prepend(IEnumerable<Envelope> envelopes);
}

public interface IActorStash
{
    /// <summary>Set by the runtime before PreStart.</summary>
    IStash Stash { get; set; }
}

public interface IWithUnrestrictedStash : IActorStash;

/// <summary>Asks for a stash.</summary>
public interface IWithStash : IWithUnrestrictedStash;

/// <summary>Asks for a stash without a bound.</summary>
public interface IWithUnboundedStash : IWithUnrestrictedStash;

internal sealed class StashImpl(ActorCell cell) : IStash
{
    private readonly LinkedList<Envelope> _envelopes = new();

    public int Count => _envelopes.Count;

    public bool IsEmpty => Count == 0;

    public bool NonEmpty => Count > 0;

    public bool IsFull => false;

    public int Capacity => -1;

    public void Stash()
    {
        if (cell.CurrentMessage is not { } message)
            throw new IllegalActorStateException("There is no current message to stash.");
        if (_envelopes.Last is { } last && ReferenceEquals(last.Value.Message, message) && Equals(last.Value.Sender, cell.CurrentSenderOrNone))
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        _envelopes.AddLast(new Envelope(message, cell.CurrentSenderOrNone));
    }

    public void Unstash()
    {
        if (_envelopes.First is not { } first)
            return;
        _envelopes.RemoveFirst();
        cell.Prepend(first.Value);
    }

    public void UnstashAll() => UnstashAll(_ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        var envelopes = _envelopes.ToArray();
        _envelopes.Clear();
        foreach (var envelope in envelopes.Reverse().Where(predicate))
            cell.Prepend(envelope);
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var envelopes = _envelopes.ToArray();
        _envelopes.Clear();
        return envelopes;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse())
            _envelopes.AddFirst(envelope);
    }
}
