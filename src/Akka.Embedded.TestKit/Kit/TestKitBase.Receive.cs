using System.Collections;
using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

// Messages are taken or searched without an expectation about the next one.
public abstract partial class TestKitBase
{
    /// <summary>The next message, or null when none came within <paramref name="max"/> (default: what an enclosing Within leaves, else 3 s; negative: no bound).</summary>
    public async ValueTask<object> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var (_, envelope) = await TryReceiveOneAsync(max, cancellationToken).ConfigureAwait(false);
        return envelope?.Message;
    }

    /// <summary>Whether a message came within <paramref name="max"/>, and the message with its sender.</summary>
    public async ValueTask<(bool success, MessageEnvelope envelope)> TryReceiveOneAsync(TimeSpan? max, CancellationToken cancellationToken = default)
    {
        var wait = max < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : RemainingOrDilated(max);
        var envelope = await TakeAsync(wait, cancellationToken).ConfigureAwait(false);
        return (envelope is not null, envelope);
    }

    /// <summary>The next messages in order. Fails when fewer came in the default wait.</summary>
    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        TakeSeveralAsync(numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <summary>The next messages in order. Fails when fewer came within <paramref name="max"/>.</summary>
    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        TakeSeveralAsync(numberOfMessages, Dilated(max), cancellationToken);

    /// <inheritdoc cref="ReceiveWhileAsync{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)"/>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(TimeSpan? max, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReceiveWhileAsync(filter, max, null, msgs, cancellationToken);

    /// <inheritdoc cref="ReceiveWhileAsync{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)"/>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(TimeSpan? max, TimeSpan? idle, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken);

    /// <summary>
    /// What the filter makes of each message, until it makes null of one (which stays the next), <paramref name="max"/> is over,
    /// no message comes for <paramref name="idle"/>, or there are <paramref name="msgs"/>.
    /// </summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(Func<object, T> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        TakeWhileAsync(
            message => filter(message) is { } item ? Verdict<T>.Take(item) : Verdict<T>.Stop, max, idle, msgs, cancellationToken);

    /// <summary>
    /// The messages of type <typeparamref name="T"/> until the predicate refuses one, which stays the next. Messages of another
    /// type are dropped, or end the loop where <paramref name="shouldIgnoreOtherMessageTypes"/> is false.
    /// </summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(Predicate<T> shouldContinue, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, bool shouldIgnoreOtherMessageTypes = true, CancellationToken cancellationToken = default) =>
        TakeWhileAsync(message => message switch
        {
            T typed when shouldContinue(typed) => Verdict<T>.Take(typed),
            not T when shouldIgnoreOtherMessageTypes => Verdict<T>.Drop,
            _ => Verdict<T>.Stop,
        }, max, idle, msgs, cancellationToken);

    /// <summary>Drops messages until the predicate accepts one. Fails when none was accepted within <paramref name="max"/>.</summary>
    public ValueTask<object> FishForMessageAsync(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync<object>(isMessage, max, hint, cancellationToken);

    /// <inheritdoc cref="FishForMessageAsync(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync(isMessage, [], max, hint, cancellationToken);

    /// <inheritdoc cref="FishForMessageAsync(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    /// <remarks><paramref name="allMessages"/> is emptied and then holds the dropped messages, oldest first.</remarks>
    public async ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, ArrayList allMessages, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        allMessages ??= [];
        allMessages.Clear();
        var wait = RemainingOrDilated(max);
        var deadline = Now + wait;
        while (true)
        {
            var envelope = await TakeAsync(Until(deadline), cancellationToken).ConfigureAwait(false);
            if (envelope is null)
                throw Failed(FailureText.NothingCame($"a message of type {TypeName.Of(typeof(T))} that the predicate accepts, after {allMessages.Count} others", hint, wait, Queued));
            if (envelope.Message is T message && isMessage(message))
                return message;
            allMessages.Add(envelope.Message);
        }
    }

    /// <summary>Drops messages until <paramref name="max"/> is over. Fails when one of them is a <typeparamref name="T"/>.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        await foreach (var message in ReceiveWhileAsync<object>(_ => true, max, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (message is T)
                throw Failed(Came($"no message of type {TypeName.Of(typeof(T))}", null, message, LastSender));
        }
    }

    /// <inheritdoc cref="ReceiveOneAsync"/>
    public object ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) => Blocking.Wait(ReceiveOneAsync(max, cancellationToken));

    /// <inheritdoc cref="TryReceiveOneAsync"/>
    public bool TryReceiveOne(out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        (_, envelope) = Blocking.Wait(TryReceiveOneAsync(max, cancellationToken));
        return envelope is not null;
    }

    /// <inheritdoc cref="ReceiveNAsync(int, CancellationToken)"/>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ReceiveNAsync(numberOfMessages, cancellationToken));

    /// <inheritdoc cref="ReceiveNAsync(int, TimeSpan, CancellationToken)"/>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ReceiveNAsync(numberOfMessages, max, cancellationToken));

    /// <inheritdoc cref="ReceiveWhileAsync{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)"/>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ReceiveWhileAsync(max, filter, msgs, cancellationToken));

    /// <inheritdoc cref="ReceiveWhileAsync{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)"/>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, TimeSpan? idle, Func<object, T> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ReceiveWhileAsync(max, idle, filter, msgs, cancellationToken));

    /// <inheritdoc cref="ReceiveWhileAsync{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)"/>
    public IReadOnlyList<T> ReceiveWhile<T>(Func<object, T> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ReceiveWhileAsync(filter, max, idle, msgs, cancellationToken));

    /// <inheritdoc cref="ReceiveWhileAsync{T}(Predicate{T}, TimeSpan?, TimeSpan?, int, bool, CancellationToken)"/>
    public IReadOnlyList<T> ReceiveWhile<T>(Predicate<T> shouldContinue, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, bool shouldIgnoreOtherMessageTypes = true, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ReceiveWhileAsync(shouldContinue, max, idle, msgs, shouldIgnoreOtherMessageTypes, cancellationToken));

    /// <inheritdoc cref="FishForMessageAsync(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Blocking.Wait(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessageAsync(Predicate{object}, TimeSpan?, string, CancellationToken)"/>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Blocking.Wait(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessageAsync{T}(Predicate{T}, ArrayList, TimeSpan?, string, CancellationToken)"/>
    public T FishForMessage<T>(Predicate<T> isMessage, ArrayList allMessages, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Blocking.Wait(FishForMessageAsync(isMessage, allMessages, max, hint, cancellationToken));

    private async IAsyncEnumerable<object> TakeSeveralAsync(int wanted, TimeSpan wait, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadline = Now + wait;
        for (var received = 0; received < wanted; received++)
        {
            var envelope = await TakeAsync(Until(deadline), cancellationToken).ConfigureAwait(false)
                ?? throw Failed(FailureText.Compose($"{wanted} messages", null, $"{received} within {wait}", Queued));
            yield return envelope.Message;
        }
    }

    private async IAsyncEnumerable<T> TakeWhileAsync<T>(Func<object, Verdict<T>> judge, TimeSpan? max, TimeSpan? idle, int wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadline = Now + RemainingOrDilated(max);
        MessageEnvelope last = null;
        for (var received = 0; received < wanted;)
        {
            var wait = Until(deadline);
            var envelope = await TakeAsync(idle < wait ? idle.Value : wait, cancellationToken).ConfigureAwait(false);
            if (envelope is null)
                break;
            var verdict = judge(envelope.Message);
            if (verdict.Ends)
            {
                _received.PutBack(envelope);
                break;
            }

            if (!verdict.Keeps)
                continue;
            received++;
            last = envelope;
            yield return verdict.Item;
        }

        _last = last; // not what was put back, and not the silence at the end
        // Waiting for more until the time is over is how this loop ends well: an enclosing Within is not late because of it.
        _lastWasNoMessage = true;
    }

    /// <summary>What a loop does with the message it looks at.</summary>
    private readonly record struct Verdict<T>(bool Keeps, bool Ends, T Item)
    {
        public static Verdict<T> Drop => default;

        public static Verdict<T> Stop => new(Keeps: false, Ends: true, default);

        public static Verdict<T> Take(T item) => new(Keeps: true, Ends: false, item);
    }
}
