using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>What passed through a system's event stream between a beginning and an end, sorted into matches and others.</summary>
/// <remarks>It counts on the thread that publishes, so that what was published before a look is counted at that look.</remarks>
internal sealed class EventTally : IDisposable
{
    private static int _lastListener;

    private readonly ActorSystem _system;
    private readonly IReadOnlyList<EventMatcher> _matchers;
    private readonly IActorRef _listener;
    private readonly List<object> _matched = [];
    private readonly List<object> _others = [];
    private TaskCompletionSource _growth;

    private EventTally(ActorSystem system, IReadOnlyList<EventMatcher> matchers)
    {
        _system = system;
        _matchers = matchers;
        var path = new RootActorPath(new Address("akka", system.Name)) / "event-filters" / $"{Interlocked.Increment(ref _lastListener)}";
        _listener = new FunctionRef(path, (published, _) => Count(published));
        system.EventStream.Subscribe(_listener, typeof(LogEvent));
        system.EventStream.Subscribe(_listener, typeof(AllDeadLetters));
    }

    public IReadOnlyList<object> Matched
    {
        get
        {
            lock (_matched)
                return [.. _matched];
        }
    }

    public IReadOnlyList<object> Others
    {
        get
        {
            lock (_matched)
                return [.. _others];
        }
    }

    public static EventTally Begin(ActorSystem system, IReadOnlyList<EventMatcher> matchers) => new(system, matchers);

    /// <summary>Returns when there are as many matches as wanted, or the time is over.</summary>
    public async Task WaitForAsync(int wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = TestKitBase.Now + timeout;
        while (true)
        {
            Task growth;
            lock (_matched)
            {
                if (_matched.Count >= wanted)
                    return;
                growth = (_growth ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            var left = deadline - TestKitBase.Now;
            if (left <= TimeSpan.Zero)
                return;
            await growth.WaitAsync(left, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _system.EventStream.Unsubscribe(_listener);

    private void Count(object published)
    {
        TaskCompletionSource growth;
        lock (_matched)
        {
            (_matchers.Any(matcher => matcher.Matches(published)) ? _matched : _others).Add(published);
            growth = _growth;
            _growth = null;
        }

        growth?.TrySetResult();
    }
}
