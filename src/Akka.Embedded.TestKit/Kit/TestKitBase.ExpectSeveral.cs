using System.Runtime.CompilerServices;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

// Several messages are expected, or one of several.
public abstract partial class TestKitBase
{
    /// <summary>As many messages as given come, in any order, each equal to one of them.</summary>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        ExpectAllAsync(RemainingOrDefault, messages, cancellationToken);

    /// <summary>As many messages as given come within <paramref name="max"/>, in any order, each equal to one of them.</summary>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        ExpectAllAsync(Dilated(max), messages, cancellationToken);

    /// <summary>The next message equals one of the given.</summary>
    public ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
    {
        var candidates = messages.ToList();
        var expected = $"any of {string.Join(", ", candidates.Select(candidate => MessageText.Of(candidate)))}";
        return ExpectNextAsync<T>(null, null, expected, (message, sender) =>
        {
            if (!candidates.Contains(message))
                _assertions.Fail(Came(expected, null, message, sender));
        }, cancellationToken);
    }

    /// <inheritdoc cref="ExpectMsgAllOfAsync{T}(IReadOnlyCollection{T}, CancellationToken)"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => Blocking.ToList(ExpectMsgAllOfAsync(messages));

    /// <inheritdoc cref="ExpectMsgAllOfAsync{T}(IReadOnlyCollection{T}, CancellationToken)"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ExpectMsgAllOfAsync(messages, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAllOfAsync{T}(TimeSpan, IReadOnlyCollection{T}, CancellationToken)"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) => Blocking.ToList(ExpectMsgAllOfAsync(max, messages));

    /// <inheritdoc cref="ExpectMsgAllOfAsync{T}(TimeSpan, IReadOnlyCollection{T}, CancellationToken)"/>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.ToList(ExpectMsgAllOfAsync(max, messages, cancellationToken));

    /// <inheritdoc cref="ExpectMsgAnyOfAsync"/>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        Blocking.Wait(ExpectMsgAnyOfAsync(messages, cancellationToken));

    private async IAsyncEnumerable<T> ExpectAllAsync<T>(TimeSpan wait, IReadOnlyCollection<T> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var missing = messages.ToList();
        var deadline = Now + wait;
        while (missing.Count > 0)
        {
            var envelope = await TakeAsync(Until(deadline), cancellationToken).ConfigureAwait(false);
            if (envelope is null)
                throw Failed(FailureText.NothingCame(AllOf(messages, missing), null, wait, Queued));
            if (envelope.Message is not T message || !missing.Remove(message))
                throw Failed(Came(AllOf(messages, missing), null, envelope.Message, envelope.Sender));
            yield return message;
        }
    }

    private static string AllOf<T>(IReadOnlyCollection<T> messages, List<T> missing) =>
        $"{messages.Count} messages, of which these are missing: {string.Join(", ", missing.Select(message => MessageText.Of(message)))}";
}
