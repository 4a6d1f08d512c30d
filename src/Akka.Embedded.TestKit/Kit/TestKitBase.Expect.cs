using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

// One message is expected.
public abstract partial class TestKitBase
{
    /// <summary>The next message is a <typeparamref name="T"/>. Fails after <paramref name="duration"/> (default: what an enclosing Within leaves, else 3 s).</summary>
    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectNextAsync<T>(duration, hint, $"a message of type {TypeName.Of(typeof(T))}", null, cancellationToken);

    /// <summary>The next message equals <paramref name="message"/>.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var expected = $"the message {MessageText.Of(message)}";
        return ExpectNextAsync<T>(timeout, hint, expected, (actual, sender) =>
            _assertions.AssertEqual(message, actual, Came(expected, hint, actual, sender)), cancellationToken);
    }

    /// <summary>The next message is a <typeparamref name="T"/> that the predicate accepts.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectMsgAsync<T>((message, _) => isMessage(message), timeout, hint, cancellationToken);

    /// <summary>The next message is a <typeparamref name="T"/> that the assertions let pass.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectMsgAsync<T>((message, _) => assert(message), timeout, hint, cancellationToken);

    /// <summary>The next message and its sender are accepted by the predicate.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var expected = $"a message of type {TypeName.Of(typeof(T))} that the predicate accepts";
        return ExpectNextAsync<T>(timeout, hint, expected, (message, sender) =>
        {
            if (!isMessageAndSender(message, sender))
                _assertions.Fail(Came(expected, hint, message, sender));
        }, cancellationToken);
    }

    /// <summary>The next message and its sender pass the assertions.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectNextAsync(timeout, hint, $"a message of type {TypeName.Of(typeof(T))}", assertMessageAndSender, cancellationToken);

    /// <summary>The next message equals <paramref name="expected"/> by the given comparison.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var text = $"the message {MessageText.Of(expected)} by the given comparison";
        return ExpectNextAsync<T>(timeout, hint, text, (actual, sender) =>
            _assertions.AssertEqual(expected, actual, comparer, Came(text, hint, actual, sender)), cancellationToken);
    }

    /// <summary>The next message is the end of <paramref name="target"/>, which the test watches.</summary>
    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var expected = $"the end of {target.Path}";
        return ExpectNextAsync<Terminated>(timeout, hint, expected, (terminated, sender) =>
        {
            if (!terminated.ActorRef.Equals(target))
                _assertions.Fail(Came(expected, hint, terminated, sender));
        }, cancellationToken);
    }

    /// <summary>Nothing comes for the default wait (what an enclosing Within leaves, else 3 s).</summary>
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) => ExpectNothingAsync(RemainingOrDefault, cancellationToken);

    /// <summary>Nothing comes for <paramref name="duration"/>.</summary>
    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) => ExpectNothingAsync(Dilated(duration), cancellationToken);

    /// <summary>Nothing comes for the given milliseconds.</summary>
    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <inheritdoc cref="ExpectMsgAsync{T}(TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync<T>(duration, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAsync{T}(T, TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync(message, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAsync{T}(Predicate{T}, TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync(isMessage, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAsync{T}(Action{T}, TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync(assert, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAsync{T}(Func{T, IActorRef, bool}, TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync(isMessageAndSender, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAsync{T}(Action{T, IActorRef}, TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync(assertMessageAndSender, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAsync{T}(T, Func{T, T, bool}, TimeSpan?, string, CancellationToken)"/>
    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAsync(expected, comparer, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectTerminatedAsync"/>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectTerminatedAsync(target, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectNoMsgAsync(CancellationToken)"/>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) => Blocking.Wait(ExpectNoMsgAsync(cancellationToken));

    /// <inheritdoc cref="ExpectNoMsgAsync(TimeSpan, CancellationToken)"/>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) => Blocking.Wait(ExpectNoMsgAsync(duration, cancellationToken));

    /// <inheritdoc cref="ExpectNoMsgAsync(int, CancellationToken)"/>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) => Blocking.Wait(ExpectNoMsgAsync(milliseconds, cancellationToken));

    private async ValueTask<T> ExpectNextAsync<T>(TimeSpan? timeout, string hint, string expected, Action<T, IActorRef> check, CancellationToken cancellationToken)
    {
        var wait = RemainingOrDilated(timeout);
        var envelope = await TakeAsync(wait, cancellationToken).ConfigureAwait(false);
        if (envelope is null)
            throw Failed(FailureText.NothingCame(expected, hint, wait, Queued));
        if (envelope.Message is not T message)
            throw Failed(Came(expected, hint, envelope.Message, envelope.Sender));
        check?.Invoke(message, envelope.Sender);
        return message;
    }

    private async ValueTask ExpectNothingAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var envelope = await TakeAsync(wait, cancellationToken).ConfigureAwait(false);
        if (envelope is not null)
            throw Failed(Came($"no message for {wait}", null, envelope.Message, envelope.Sender));
        _lastWasNoMessage = true;
    }

    private string Came(string expected, string hint, object message, IActorRef sender) => FailureText.Came(expected, hint, message, sender, Queued);

    /// <summary>Fails through the test framework; the exception it returns is for a framework that does not throw.</summary>
    private InvalidOperationException Failed(string text)
    {
        _assertions.Fail(text);
        return new InvalidOperationException(text);
    }
}
