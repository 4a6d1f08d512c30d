using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// An in-memory network behind the transport seam: the test decides the result of every dial and controls the far end
/// of every connection. It has no thread and no clock: every callback runs inside the test's call that causes it, and
/// the given scheduler runs the delays. Calls may come from several threads, but then those threads determine the order.
/// </summary>
public sealed class ScriptedNetwork : IDialer
{
    private readonly Lock _lock = new();
    private readonly Action<TimeSpan, Action>? _after;
    private readonly Dictionary<EndpointId, Queue<DialScript>> _scripts = [];
    private readonly Dictionary<EndpointId, (int Now, int Peak)> _sockets = [];
    private readonly Record<HttpQuestion> _questions = new();
    private readonly Record<ScriptedDial> _dials = new();
    private readonly Record<string> _violations = new();

    /// <param name="after">
    /// Runs an action after a delay in virtual time, such as
    /// <c>(delay, action) =&gt; system.Scheduler.Advanced.ScheduleOnce(delay, action)</c>. Without it nothing may be delayed.
    /// </param>
    public ScriptedNetwork(Action<TimeSpan, Action>? after = null)
    {
        _after = after;
    }

    /// <param name="time">The clock of delays.</param>
    public ScriptedNetwork(TimeProvider time)
    {
        _after = new RootedDelays(time).Run;
    }

    /// <summary>Decides the dials for which no script is queued. Default: accept.</summary>
    public Func<DialRequest, DialScript> Otherwise { get; set; } = _ => DialScript.Accept;

    /// <summary>
    /// Whether the end of a connection is withheld from its observer until <see cref="ScriptedConnection.ReportEnd"/>,
    /// like a socket that closes slowly. Default false: the end is reported at once.
    /// </summary>
    public bool HoldsEnds { get; set; }

    /// <summary>The dials so far, oldest first; at most the newest 10,000.</summary>
    public IReadOnlyList<ScriptedDial> Dials => _dials.Snapshot();

    /// <summary>The number of all dials.</summary>
    public long DialCount => _dials.Count;

    /// <summary>Violations of the seam's contract by the code above it, and exceptions of observers.</summary>
    public IReadOnlyList<string> Violations => _violations.Snapshot();

    /// <summary>Queues the scripts for an endpoint's next dials.</summary>
    public ScriptedNetwork Script(EndpointId endpoint, params IEnumerable<DialScript> next)
    {
        lock (_lock)
        {
            if (!_scripts.TryGetValue(endpoint, out var queue))
                _scripts.Add(endpoint, queue = new Queue<DialScript>());
            foreach (var script in next)
                queue.Enqueue(script);
        }
        return this;
    }

    /// <summary>The dials of one endpoint, oldest first.</summary>
    public IReadOnlyList<ScriptedDial> DialsOf(EndpointId endpoint) => [.. Dials.Where(dial => dial.Endpoint == endpoint)];

    /// <summary>The newest connection of an endpoint.</summary>
    /// <exception cref="InvalidOperationException">It never had one.</exception>
    public ScriptedConnection Connection(EndpointId endpoint) =>
        Dials.LastOrDefault(dial => dial.Endpoint == endpoint && dial.Connection is not null)?.Connection
        ?? throw new InvalidOperationException($"{endpoint} has never been connected");

    /// <summary>Sockets of an endpoint now: dials in flight, and connections whose end has not been reported.</summary>
    public int LiveSockets(EndpointId endpoint)
    {
        lock (_lock)
            return _sockets.GetValueOrDefault(endpoint).Now;
    }

    /// <summary>The most sockets an endpoint ever had at the same time.</summary>
    public int PeakSockets(EndpointId endpoint)
    {
        lock (_lock)
            return _sockets.GetValueOrDefault(endpoint).Peak;
    }

    /// <exception cref="InvalidOperationException">The contract of the seam was broken; the message lists how.</exception>
    public void AssertContract()
    {
        if (Violations is { Count: > 0 } violations)
            throw new InvalidOperationException(string.Join(Environment.NewLine, violations));
    }

    public Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        DialScript? script;
        ScriptedDial dial;
        var endpoint = request.Settings.Id;
        lock (_lock)
        {
            script = _scripts.TryGetValue(endpoint, out var queue) && queue.TryDequeue(out var next) ? next : null;
            var (now, peak) = _sockets.GetValueOrDefault(endpoint);
            _sockets[endpoint] = (now + 1, Math.Max(peak, now + 1));
            dial = new ScriptedDial(this, (int)_dials.Count + 1, request, observer);
            _dials.Add(dial);
        }
        dial.Follow(script ?? Otherwise(request), cancellation);
        return dial.Result;
    }

    /// <summary>The HTTP requests so far, oldest first.</summary>
    public IReadOnlyList<HttpQuestion> Questions => _questions.Snapshot();

    /// <summary>Returns the answer to an HTTP request. Default: 404.</summary>
    public Func<HttpQuestion, HttpResult> Answers { get; set; } = _ => new HttpResult.Answered(404, default);

    /// <summary>Answers HTTP requests in their own time, in place of <see cref="Answers"/>. Default: null.</summary>
    public Func<HttpQuestion, CancellationToken, Task<HttpResult>>? Asks { get; set; }

    public Task<HttpResult> AskAsync(HttpQuestion question, CancellationToken cancellation)
    {
        _questions.Add(question);
        return Asks is { } ask ? ask(question, cancellation) : Task.FromResult(Answers(question));
    }

    internal void After(TimeSpan delay, Action action)
    {
        if (delay <= TimeSpan.Zero)
            action();
        else if (_after is { } after)
            after(delay, action);
        else
            throw new InvalidOperationException("this network was given no scheduler, so nothing in it can be delayed");
    }

    internal bool CanDelay => _after is not null;

    internal void SocketGone(EndpointId endpoint)
    {
        lock (_lock)
        {
            var (now, peak) = _sockets[endpoint];
            _sockets[endpoint] = (now - 1, peak);
        }
    }

    internal void Violated(EndpointId endpoint, string how) => _violations.Add($"{endpoint}: {how}");
}
