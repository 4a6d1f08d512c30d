namespace Akka.Actor;

/// <summary>One behaviour of a <see cref="ReceiveActor"/>: its handlers in the order of their registration.</summary>
internal sealed class MessageHandlers
{
    private MessageHandler[] _handlers = [];
    private int _count;
    private bool _complete;

    public void Add(MessageHandler handler)
    {
        if (_complete)
            throw new InvalidOperationException("A handler that takes every message has been registered; no other can follow it.");
        _complete = handler.TakesEverything;
        if (_count == _handlers.Length)
            Array.Resize(ref _handlers, Math.Max(2, _count * 2));
        _handlers[_count++] = handler;
    }

    public void Trim() => Array.Resize(ref _handlers, _count);

    public bool Handle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.TryHandle(message))
                return true;
        }

        return false;
    }
}

internal abstract class MessageHandler
{
    public virtual bool TakesEverything => false;

    public abstract bool TryHandle(object message);
}

internal sealed class ActionHandler<T>(Action<T> handler, Predicate<T> shouldHandle) : MessageHandler
{
    public override bool TakesEverything => typeof(T) == typeof(object) && shouldHandle is null;

    public override bool TryHandle(object message)
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        handler(typed);
        return true;
    }
}

internal sealed class FunctionHandler<T>(Func<T, bool> handler) : MessageHandler
{
    public override bool TryHandle(object message) => message is T typed && handler(typed);
}
