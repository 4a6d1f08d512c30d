namespace Akka.Actor;

/// <summary>An actor whose handlers are registered by the type of the message, in the constructor and inside Become; the first that fits is called.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private MessageHandlers _underConstruction = new();

    internal override void OnConstructed()
    {
        var handlers = _underConstruction;
        _underConstruction = null;
        if (!Cell.HasBecome)
            Cell.Become(Behaviour(handlers));
    }

    protected sealed override void OnReceive(object message) => Unhandled(message);

    protected void Become(Action configure) => Cell.Become(Behaviour(Collect(configure)));

    protected void BecomeStacked(Action configure) => Cell.BecomeStacked(Behaviour(Collect(configure)));

    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null) =>
        Handlers.Add(new ActionHandler<T>(handler, shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <param name="handler">Returns false to leave the message to a later handler.</param>
    protected void Receive<T>(Func<T, bool> handler) => Handlers.Add(new FunctionHandler<T>(handler));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object> shouldHandle = null) =>
        Handlers.Add(new ActionHandler<object>(handler, message => messageType.IsInstanceOfType(message) && (shouldHandle?.Invoke(message) ?? true)));

    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) => Receive(messageType, handler, shouldHandle);

    protected void Receive(Type messageType, Func<object, bool> handler) =>
        Handlers.Add(new FunctionHandler<object>(message => messageType.IsInstanceOfType(message) && handler(message)));

    /// <summary>Handles whatever nothing before handles; nothing may be registered after it.</summary>
    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T> shouldHandle = null) =>
        Handlers.Add(new ActionHandler<T>(message => RunTask(() => handler(message)), shouldHandle));

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object> shouldHandle = null) =>
        Receive(messageType, message => RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    private MessageHandlers Handlers => _underConstruction
        ?? throw new InvalidOperationException("Handlers are registered in the constructor and inside Become(), nowhere else.");

    private MessageHandlers Collect(Action configure)
    {
        var outer = _underConstruction;
        var handlers = _underConstruction = new MessageHandlers();
        try
        {
            configure();
        }
        finally
        {
            _underConstruction = outer;
        }

        return handlers;
    }

    private Receive Behaviour(MessageHandlers handlers)
    {
        handlers.Trim();
        return handlers.Handle;
    }
}
