using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// Runs one supervisor with one endpoint per fault, all at once: either the server misbehaves, or the line to
/// a sound server does. Each endpoint meets its fault once. The endpoints that survive are drained at the end.
/// </summary>
public class FaultMatrixRun : IAsyncLifetime
{
    /// <summary>What a busy machine may add to any bound.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan Backoff = TimeSpan.FromSeconds(60),
        RetryAfter = TimeSpan.FromSeconds(120),
        Quarantine = OutcomeSettings.DefaultQuarantine;

    private const int HeartbeatsToSurvive = 2;

    // A sound server on a busy machine must not look like a fault: every deadline is far longer than a working connection needs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeoutSettings Timeouts = new()
    {
        Connect = TimeSpan.FromSeconds(10),
        Close = TimeSpan.FromSeconds(1),
        Send = TimeSpan.FromSeconds(10),
    };
    private static readonly HeartbeatSettings Heartbeat = new()
    {
        Interval = TimeSpan.FromMilliseconds(300),
        Timeout = TimeSpan.FromSeconds(4),
        MaxMissed = 2,
    };
    private static readonly RawFaultOptions Measures = new() { RetryAfter = $"{RetryAfter.TotalSeconds}", Bomb = 8 * 1024 * 1024 };

    public IReadOnlyList<FaultMatrixRow> Rows { get; private set; } = [];

    /// <summary>How long draining the survivors took.</summary>
    public TimeSpan Draining { get; private set; }

    /// <summary>The transport that dials all endpoints.</summary>
    protected virtual TransportKind Transport => TransportKind.ClientWebSocket;

    public static TimeSpan Bound(FaultEffect effect) => Slack + effect switch
    {
        FaultEffect.Silent => Heartbeat.Interval + (Heartbeat.MaxMissed * Heartbeat.Timeout!.Value),
        FaultEffect.Ended or FaultEffect.Harmless => Timeouts.Close,
        _ => Timeouts.Connect,
    };

    public async Task InitializeAsync()
    {
        var subjects = Fault.All.Select(fault => new Subject(fault.Name, fault, Compression: false))
            .Append(new Subject("decompression-bomb, offered", Fault.Named("decompression-bomb"), Compression: true))
            .Concat(LineFault.All.Select(line => new Subject(line.Fault.Name, line.Fault, Compression: false) { Line = line }))
            .ToArray();
        try
        {
            await RunAsync(subjects);
        }
        finally
        {
            foreach (var subject in subjects)
                await subject.DisposeAsync();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task RunAsync(Subject[] subjects)
    {
        await using var host = await SupervisedHost.StartAsync([
            .. subjects.Select(subject => subject.Endpoint with { Transport = Transport }),
        ]);
        await Task.WhenAll(subjects.Select(subject => subject.SettleAsync(host)));

        var drained = TimeProvider.System.GetTimestamp();
        await host.DisposeAsync();
        Draining = TimeProvider.System.GetElapsedTime(drained);

        foreach (var subject in subjects.Where(subject => subject.HasItsSay))
            await Eventually.TrueAsync(() => Task.FromResult(subject.IsOver), Patience, $"the server of {subject.Name} done");
        Rows = [.. subjects.Select(subject => subject.ToRow())];
    }

    private sealed record Subject(string Name, Fault Fault, bool Compression) : IAsyncDisposable
    {
        private readonly LineFault? _line;
        private readonly TcpRelay? _relay;

        public RawFaultServer Server { get; } = RawFaultServer.Start(Fault, Measures);

        /// <summary>The fault of the line to the server; null when the client connects directly.</summary>
        public LineFault? Line
        {
            get => _line;
            init
            {
                (_line, _relay) = (value, TcpRelay.Start(Server.Port));
                if (value is { WhenOpen: false })
                    Hurt();
            }
        }

        public EndpointSettings Endpoint => new()
        {
            Id = new EndpointId(Name.Replace(", ", "-")),
            Url = _relay?.Through(Server.Url) ?? Server.Url,
            Proxy = ProxySettings.None,
            Compression = Compression,
            Timeouts = Timeouts,
            Heartbeat = Heartbeat,
            Backoff = new BackoffSettings { Initial = Backoff, Max = Backoff, Jitter = Jitter.None },
        };

        // Kept here because the journal drops old transitions: a survivor would lose its first one while others wait for deadlines.
        private StateChanged? Dialed { get; set; }

        private StateChanged? Lost { get; set; }

        private bool IsHurt { get; set; }

        private int PeakSockets { get; set; }

        // The heartbeats sent before the line was damaged.
        private long SentBefore { get; set; }

        /// <summary>Whether the server keeps reading until the client has ended the connection.</summary>
        public bool HasItsSay => Fault.Effect is FaultEffect.Ended or FaultEffect.Harmless;

        public bool IsOver => Server.Connections is [{ } first, ..] && (first.ClosedWith is not null || first.Ended.IsCompleted);

        public Task SettleAsync(SupervisedHost host) => Eventually.TrueAsync(() => IsSettledAsync(host), Patience, $"{Name} settled");

        public FaultMatrixRow ToRow() =>
            // A connection that was lost was dialed first.
            new(Name, Fault, Lost, Lost is null ? TimeSpan.Zero : Lost.At - Dialed!.At, Server.Connections[0].ClosedWith, PeakSockets);

        private async Task<bool> IsSettledAsync(SupervisedHost host)
        {
            var changes = await host.TransitionsAsync(Endpoint.Id.Value);
            var endpoint = await host.EndpointAsync(Endpoint.Id.Value);
            var (status, figures) = (endpoint.Status, endpoint.Figures);
            PeakSockets = figures.PeakSockets;
            Dialed ??= changes.FirstOrDefault(change => change.To == ConnectionState.Connecting);
            Lost ??= changes.FirstOrDefault(change => change is { To: ConnectionState.BackingOff, Cause.Kind: not CauseKind.Start });
            if (Line is not null && !IsHurt && changes.Any(change => change.To == ConnectionState.Open))
            {
                SentBefore = figures.HeartbeatsSent;
                Hurt();
            }
            // Up to max-missed of these heartbeats may be unanswered, so require as many more.
            var survived = status is { Missed: 0 } && figures.HeartbeatsSent - SentBefore > HeartbeatsToSurvive + Heartbeat.MaxMissed;
            return Lost is not null || (survived && (Line is null || IsHurt));
        }

        private void Hurt()
        {
            Line!.Hurt(_relay!); // Only called with a line, and a line has a relay.
            IsHurt = true;
        }

        public async ValueTask DisposeAsync()
        {
            if (_relay is not null)
                await _relay.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
