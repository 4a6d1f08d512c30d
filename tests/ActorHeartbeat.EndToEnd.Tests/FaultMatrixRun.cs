using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>One supervisor with one endpoint per fault, all at once; each meets its fault once, and what survives is drained in the end.</summary>
public class FaultMatrixRun : IAsyncLifetime
{
    /// <summary>What a busy machine may add to any bound.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(4);

    public static readonly TimeSpan Backoff = TimeSpan.FromSeconds(20), RetryAfter = TimeSpan.FromSeconds(120), Quarantine = OutcomeSettings.DefaultQuarantine;

    private const int HeartbeatsToSurvive = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeoutSettings Timeouts = new() { Connect = TimeSpan.FromSeconds(3), Close = TimeSpan.FromSeconds(1), Send = TimeSpan.FromSeconds(2) };
    private static readonly HeartbeatSettings Heartbeat = new() { Interval = TimeSpan.FromMilliseconds(300), Timeout = TimeSpan.FromMilliseconds(700), MaxMissed = 2 };
    private static readonly RawFaultOptions Measures = new() { RetryAfter = $"{RetryAfter.TotalSeconds}", Bomb = 8 * 1024 * 1024 };

    public IReadOnlyList<FaultMatrixRow> Rows { get; private set; } = [];

    /// <summary>How long the drain of the survivors took.</summary>
    public TimeSpan Draining { get; private set; }

    /// <summary>What all endpoints are dialed with.</summary>
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
            .ToArray();
        try
        {
            await RunAsync(subjects);
        }
        finally
        {
            foreach (var subject in subjects)
                await subject.Server.DisposeAsync();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task RunAsync(Subject[] subjects)
    {
        await using var host = await SupervisedHost.StartAsync([.. subjects.Select(subject => subject.Endpoint with { Transport = Transport })]);
        var memories = (await host.EndpointsAsync()).ToDictionary(endpoint => endpoint.Id, endpoint => endpoint.Memory);
        foreach (var subject in subjects)
        {
            subject.Memory = memories[subject.Endpoint.Id];
            await Eventually.TrueAsync(() => Task.FromResult(subject.IsSettled), Patience, $"{subject.Name} settled");
        }
        var lost = subjects.ToDictionary(subject => subject.Name, subject => subject.Lost);

        var drained = TimeProvider.System.GetTimestamp();
        await host.DisposeAsync();
        Draining = TimeProvider.System.GetElapsedTime(drained);

        foreach (var subject in subjects.Where(subject => subject.HasItsSay))
            await Eventually.TrueAsync(() => Task.FromResult(subject.IsOver), Patience, $"the server of {subject.Name} done");
        Rows = [.. subjects.Select(subject => subject.ToRow(lost[subject.Name]))];
    }

    private sealed record Subject(string Name, Fault Fault, bool Compression)
    {
        public RawFaultServer Server { get; } = RawFaultServer.Start(Fault, Measures);

        public EndpointMemory Memory { get; set; } = null!; // set as soon as the host runs

        public EndpointSettings Endpoint => new()
        {
            Id = new EndpointId(Name.Replace(", ", "-")),
            Url = Server.Url,
            Proxy = ProxySettings.None,
            Compression = Compression,
            Timeouts = Timeouts,
            Heartbeat = Heartbeat,
            Backoff = new BackoffSettings { Initial = Backoff, Jitter = Jitter.None },
        };

        public StateChanged? Lost => Memory.Journal.Snapshot().FirstOrDefault(change => change is { To: ConnectionState.BackingOff, Cause.Kind: not CauseKind.Start });

        public bool IsSettled => Lost is not null
            || Memory.Journal.Snapshot().Count(change => change is { From: ConnectionState.AwaitingPong, To: ConnectionState.Open }) >= HeartbeatsToSurvive;

        /// <summary>Whether the server reads on to hear how the client ends it.</summary>
        public bool HasItsSay => Fault.Effect is FaultEffect.Ended or FaultEffect.Harmless;

        public bool IsOver => Server.Connections is [{ } first, ..] && (first.ClosedWith is not null || first.Ended.IsCompleted);

        public FaultMatrixRow ToRow(StateChanged? lost)
        {
            var dialed = Memory.Journal.Snapshot().First(change => change.To == ConnectionState.Connecting);
            return new FaultMatrixRow(Name, Fault, lost, lost is null ? TimeSpan.Zero : lost.At - dialed.At, Server.Connections[0].ClosedWith, Memory.PeakSockets);
        }
    }
}
