using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// Checks the invariants: at every seam when something crosses it, and after every message for the endpoint
/// concerned and one other. Keeps the first violation. A check takes the same time however long the run.
/// </summary>
internal sealed class Invariants
{
    /// <summary>The date at which a simulation begins.</summary>
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A restart under backoff, an unanswered closing handshake and the grace of the transport take no longer.</summary>
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromMinutes(1);

    /// <summary>Each endpoint is checked at least once in fifty messages, so a violation shows within this time.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly List<Watched> _all = [];
    private readonly DialAllowances _allowances;
    private readonly Func<TimeSpan> _clock;
    private readonly Dictionary<string, (TimeSpan From, TimeSpan Until)> _pauses = new(StringComparer.Ordinal);
    private Watched? _concerned;
    private (Watched Endpoint, ConnectionStatus? Status, long Stale)? _staleBefore;
    private int _cursor;

    public Invariants(Func<TimeSpan> clock)
    {
        _clock = clock;
        _allowances = new DialAllowances(how => Broken(null, how));
    }

    public TimeSpan Now => _clock();

    /// <summary>Reads the supervisor's own registry.</summary>
    public Func<IReadOnlyDictionary<EndpointId, RegistryEntry>> Registry { get; set; } = () => new Dictionary<EndpointId, RegistryEntry>();

    public string? FirstBroken { get; private set; }

    public IReadOnlyList<Watched> All => _all;

    public Watched Watch(EndpointSettings settings)
    {
        if (!_watched.TryGetValue(settings.Id.Value, out var watched))
            _all.Add(_watched[settings.Id.Value] = watched = new Watched(this, settings));
        if (watched.Settings != settings)
            watched.SettingsSince = Now;
        watched.Settings = settings;
        watched.Wanted.Configure(settings);
        return watched;
    }

    public WantedKeys WantedOf(EndpointId id) => _watched[id.Value].Wanted;

    /// <summary>The endpoints are these, and no others.</summary>
    public void Configured(IReadOnlyCollection<EndpointSettings> endpoints, Budgets budgets)
    {
        _allowances.Configure(budgets, Now);
        foreach (var settings in endpoints)
            Watch(settings).Pace(settings.Group is { } group ? budgets.Groups.GetValueOrDefault(group)?.SendRate : null);
        var kept = endpoints.Select(settings => settings.Id).ToHashSet();
        foreach (var gone in _all.Where(endpoint => endpoint.Wanted.Words is not null && !kept.Contains(endpoint.Settings.Id)))
            gone.Wanted.Leave();
    }

    /// <summary>The server of an endpoint's keys begins.</summary>
    public void Opened(EndpointId id, Venue venue)
    {
        var endpoint = _watched[id.Value];
        endpoint.Venue = venue;
        endpoint.Reader.CountsAnew = venue.CountsAnew;
    }

    /// <summary>An endpoint tells how its keys stand.</summary>
    public void List(SubscriptionList list)
    {
        if (Registry().TryGetValue(list.Endpoint, out var entry) && entry.KeyCounts.FirstOrDefault() is { } counts)
            KeyInvariants.List(this, _watched[list.Endpoint.Value], list.Keys, counts);
    }

    public void Broken(Watched? endpoint, string how) => FirstBroken ??= $"{Now} {endpoint?.Settings.Id}: invariant {how}";

    /// <summary>Checks an attempt whose permit has just been spent.</summary>
    public void AttemptBegan(EndpointSettings settings, Uri url)
    {
        if (_pauses.TryGetValue(url.Authority, out var pause) && Now > pause.From && Now < pause.Until)
            Broken(_watched[settings.Id.Value], $"6: a dial {pause.Until - Now} before {url.Authority} wants to hear from anybody again");
        var configured = _watched[settings.Id.Value];
        if (IsSettled(configured) && url != configured.Settings.Url && !configured.Settings.Urls.Contains(url))
            Broken(configured, $"9 (settings): a dial to {url}, since {configured.SettingsSince} it is {configured.Settings.Url}");
        _allowances.Dial(settings, url, IsSettled(configured), Now);
    }

    public Witness Dialed(DialRequest request, ConnectionLink link)
    {
        var endpoint = _watched[request.Settings.Id.Value];
        if (endpoint.Sockets.Exists(other => other.Link.Connection == link.Connection))
            Broken(endpoint, $"1: a dial while incarnation {endpoint.Sockets[^1].Link.Incarnation} of the same connection is not gone");
        if (endpoint.Sockets.Count >= 2)
            Broken(endpoint, "1: a third socket");
        var witness = new Witness(this, endpoint, request, link) { Group = IsSettled(endpoint) ? request.Settings.Group : null };
        _allowances.Connected(witness.Group, Now);
        endpoint.Sockets.Add(witness);
        if (endpoint.Sockets.Count > 1)
            endpoint.Sockets.ForEach(socket => socket.IsBesideAnother = true);
        return witness;
    }

    public void SocketGone(Watched endpoint, Witness witness)
    {
        endpoint.Sockets.Remove(witness);
        _allowances.Disconnected(witness.Group);
        if (witness.IsStarted && endpoint.Received > 0 && !endpoint.Sockets.Exists(other => other.IsStarted))
            endpoint.OwesGap = true;
    }

    /// <summary>Called before each message, when the effects of the message before are complete.</summary>
    public void BeforeMessage(TraceEntry entry)
    {
        AfterMessage();
        _concerned = entry.Actor.Parent?.Name == "connections" ? Of(entry.Actor.Name) : null;
        if (_concerned is { } starting)
            Check(starting); // a new actor reports before its first message
        if (_concerned?.Entry is { } registered && entry.Message is ConnectionEvent { Incarnation: Operator.LongGone })
            _staleBefore = (_concerned, registered.Status, registered.Plane.Counters.StaleEvents);
    }

    public void AfterMessage()
    {
        if (_staleBefore is var (endpoint, status, stale))
        {
            if (endpoint.Entry!.Status != status)
                Broken(endpoint, "4: a stale event changed the state");
            if (endpoint.Entry.Plane.Counters.StaleEvents != stale + 1)
                Broken(endpoint, "4: a stale event was not counted");
            _staleBefore = null;
        }
        if (_concerned is { } concerned)
            Check(concerned);
        if (_all.Count > 0)
            Check(_all[_cursor = (_cursor + 1) % _all.Count]);
    }

    /// <summary>Compares the registry that the supervisor reports with the wishes of the operator.</summary>
    public void Count(IReadOnlyList<EndpointSnapshot> reported, IReadOnlyCollection<EndpointSettings> configured)
    {
        int running = reported.Count(one => one.Mode == EndpointMode.Running),
            paused = reported.Count(one => one.Mode == EndpointMode.Paused),
            failed = reported.Count(one => one.Mode == EndpointMode.Failed);
        if (configured.Count != running + paused + failed
            || !reported.Select(one => one.Id).ToHashSet().SetEquals(configured.Select(one => one.Id)))
            Broken(null, $"7: {configured.Count} configured, {running} running, {paused} paused, {failed} failed");
        foreach (var one in reported)
        {
            var endpoint = _watched[one.Id.Value];
            endpoint.Remember(Registry()[one.Id]);
            KeyInvariants.Count(this, endpoint, one);
            if (one.Mode == EndpointMode.Paused && endpoint.Sockets.Count > 0 && Epoch + Now - one.Since > LongestGoodbye)
                Broken(endpoint, "1: paused, and still connected");
        }
    }

    private void Check(Watched endpoint)
    {
        endpoint.FollowPrimary();
        if (endpoint.Entry is not { Status: { } status } entry)
            return;
        if (entry.Plane.Sockets != endpoint.Sockets.Count(socket => !socket.IsGone))
            Broken(endpoint, $"1: the endpoint knows {entry.Plane.Sockets} sockets, there are {endpoint.Sockets.Count}");
        if (endpoint.Heard != endpoint.Received)
            Broken(endpoint, $"8: {endpoint.Received} messages arrived, {endpoint.Heard} were heard");
        var before = endpoint.Status;
        if (ReferenceEquals(before, status))
        {
            StateHasDeadline(endpoint, status);
            return;
        }
        if (before is { State: ConnectionState.BackingOff, RetryAt: { } retryAt }
            && status is { State: ConnectionState.BackingOff, RetryAt: null, Waiting: "a permit to dial" }
            && Epoch + Now < retryAt)
            Broken(endpoint, $"3: the delay before the next attempt ended {retryAt - Epoch - Now} early");
        if (status.LastCloseAt == Epoch + Now
            && before?.State == ConnectionState.Connecting
            && status is { State: ConnectionState.BackingOff, LastClose: { HttpStatus: 429 or 503, RetryAfter: { } retryAfter } })
            // The simulated servers send Retry-After in seconds.
            Pause(endpoint.LastRefusedAt, OutcomeTable.ParseRetryAfter(retryAfter, Epoch + Now)!.Value);
        var wasOpen = before?.State is ConnectionState.Open or ConnectionState.AwaitingPong;
        var isOpen = status.State is ConnectionState.Open or ConnectionState.AwaitingPong;
        if (before is not null
            && wasOpen
            && isOpen
            && before.Incarnation == status.Incarnation
            && status.Attempt < before.Attempt
            && Now - endpoint.OpenSince < endpoint.Settings.Backoff.ResetAfter)
            Broken(endpoint, $"5: failures forgotten {Now - endpoint.OpenSince} after opening");
        if (before?.State == ConnectionState.Connecting
            && isOpen
            && before.Incarnation == status.Incarnation
            && status.Attempt < before.Attempt)
            Broken(endpoint, "5: failures forgotten on opening");
        if (isOpen && (!wasOpen || before!.Incarnation != status.Incarnation))
            endpoint.OpenSince = Now;
        (endpoint.Status, endpoint.StatusSince) = (status, Now);
    }

    /// <summary>Finds a state without an armed deadline: it lasts longer than any deadline it could have.</summary>
    private void StateHasDeadline(Watched endpoint, ConnectionStatus status)
    {
        var timeouts = endpoint.Settings.Timeouts;
        var longest = status.State switch
        {
            ConnectionState.Connecting => timeouts.Connect + TimeSpan.FromSeconds(5),
            ConnectionState.AwaitingPong => TimeSpan.FromSeconds(61),
            ConnectionState.BackingOff => TimeSpan.FromMinutes(66),
            _ => TimeSpan.FromMinutes(61),
        };
        if (status.State is ConnectionState.Open or ConnectionState.AwaitingPong
            && timeouts.DataIdle is { } idle
            && Now - endpoint.OpenSince > idle.After + Moment
            && Now - endpoint.DataAt > idle.After + Moment
            && endpoint.Sockets.Exists(socket => socket.IsStarted && socket.Link.Incarnation == status.Incarnation))
            Broken(endpoint, $"3: no data for {Now - endpoint.DataAt}, and nobody has noticed");
        if (Now - endpoint.StatusSince > longest && endpoint.Sockets.Exists(socket => !socket.IsGone))
            Broken(endpoint, $"3: {status.State} for {Now - endpoint.StatusSince}: no deadline is armed");
    }

    private void Pause(string host, TimeSpan length)
    {
        if (!_pauses.TryGetValue(host, out var pause) || pause.Until < Now + length)
            _pauses[host] = (Now, Now + length);
    }

    private Watched? Of(string child) =>
        child.LastIndexOf('-') is > 0 and var dash
        && _watched.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(child.AsSpan(0, dash), out var watched)
            ? watched
            : null;

    /// <summary>False in the instant of a reload, when a dial may still use the old settings.</summary>
    private bool IsSettled(Watched endpoint) => Now > endpoint.SettingsSince;
}
