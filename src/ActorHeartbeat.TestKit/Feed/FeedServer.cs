using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// A WebSocket server for tests: one path per heartbeat dialect, numbered ticks, a record of what
/// every client did, and faults on demand. See <see cref="FeedPath.Describe"/> for its paths. Listens
/// on loopback by default; keep it there, because any client that can reach it can command it.
/// </summary>
public sealed class FeedServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly FeedServerOptions _options;
    private readonly FeedLedger _ledger;
    private readonly FeedGate _gate;
    private readonly CancellationTokenSource _stopping = new();
    private Task _patrol = Task.CompletedTask;
    private Task _resuming = Task.CompletedTask;
    private int _stopped;

    private FeedServer(FeedServerOptions options)
    {
        _options = options;
        _ledger = new FeedLedger(options.Time);
        var listener = new PausableListenerFactory(new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { Backlog = 4096 }), options.Logging));
        Faults = new FeedFaults(Cut, listener);
        _gate = new FeedGate(options, _ledger, Faults);
        _application = Build(listener);
    }

    /// <summary>The base URL for WebSocket clients, such as <c>ws://127.0.0.1:40123</c>, without a path.</summary>
    public Uri Url { get; private set; } = new("ws://127.0.0.1");

    /// <summary>The port it listens on.</summary>
    public int Port => Url.Port;

    /// <summary>Makes it misbehave.</summary>
    public FeedFaults Faults { get; }

    /// <summary>The live clients.</summary>
    public IReadOnlyList<FeedClient> Clients => _ledger.Clients;

    /// <summary>The records so far, one per name.</summary>
    public IReadOnlyList<FeedHistory> Histories => _ledger.Histories;

    /// <summary>Starts a server and returns it listening.</summary>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<FeedServer> StartAsync(FeedServerOptions? options = null, CancellationToken cancellation = default)
    {
        var server = new FeedServer(options ?? new FeedServerOptions());
        try
        {
            await server._application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        var scheme = server._options.Certificate is null ? "ws" : "wss";
        server.Url = new Uri($"{scheme}://{new UriBuilder(server._application.Urls.First()).Uri.Authority}");
        server._patrol = server.PatrolAsync(server._stopping.Token);
        return server;
    }

    /// <summary>The URL of a path, with the client's name and any further query, such as <c>rate=10</c>.</summary>
    public Uri UrlOf(string path, string? name = null, string query = "")
    {
        var parts = new[] { name is null ? "" : $"name={Uri.EscapeDataString(name)}", query };
        return new UriBuilder(Url) { Path = path, Query = string.Join('&', parts.Where(part => part.Length > 0)) }.Uri;
    }

    /// <summary>The newest live connection of a name, or null.</summary>
    public FeedClient? Client(string name) => Clients.LastOrDefault(client => client.Name == name);

    /// <summary>The record of a name so far; all zero when the name never connected.</summary>
    public FeedHistory History(string name) => _ledger.History(name);

    /// <summary>The most connections a name had at the same time; see <see cref="FeedHistory.Peak"/>.</summary>
    public int PeakConnections(string name) => History(name).Peak;

    /// <summary>Waits until a condition holds. Checks it again at each change of the records.</summary>
    /// <exception cref="TimeoutException">The condition did not hold in time; the message lists the records.</exception>
    public async Task WaitUntilAsync(Func<FeedServer, bool> condition, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        while (true)
        {
            var changed = _ledger.Changed;
            if (condition(this))
                return;
            try
            {
                await changed.WaitAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"the condition did not hold within {timeout}; seen: {string.Join("; ", Histories)}");
            }
        }
    }

    /// <summary>Closes every connection with 1001, cuts those that do not answer within the close timeout, and stops listening.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        _gate.Shut();
        await Task.WhenAll(Clients.Select(client => client.CloseAsync(1001, "the server is going away"))).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_patrol, _resuming).ConfigureAwait(false);
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Stops listening now and listens again after a while, unless the server stops first.</summary>
    internal async Task StopListeningForAsync(TimeSpan pause)
    {
        await Faults.StopListeningAsync().ConfigureAwait(false);
        _resuming = Task.WhenAll(_resuming, ResumeAsync());

        async Task ResumeAsync()
        {
            try
            {
                await Task.Delay(pause, _options.Time, _stopping.Token).ConfigureAwait(false); // the server has no actors
                await Faults.ResumeListeningAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // A server that stops does not listen again.
            }
        }
    }

    private WebApplication Build(PausableListenerFactory listener)
    {
        // Empty: neither environment variables nor files of the process under test may change how the server behaves.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_options.Logging).Configure<HostOptions>(host => host.ShutdownTimeout = _options.CloseTimeout);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(_options.Listen, listen =>
            {
                // The upgrade of RFC 6455 exists in HTTP/1.1 only.
                listen.Protocols = HttpProtocols.Http1;
                if (_options.Certificate is { } certificate)
                    listen.UseHttps(certificate);
            });
        });
        builder.Services.RemoveAll<IConnectionListenerFactory>().AddSingleton<IConnectionListenerFactory>(listener);
        var application = builder.Build();
        new FeedResources(this).Map(application);
        application.Run(_gate.EnterAsync);
        return application;
    }

    private int Cut(FaultTarget on)
    {
        FeedClient[] concerned = [.. Clients.Where(client => on.Matches(client.Name, client.Path.Path))];
        foreach (var client in concerned)
            client.Cut();
        return concerned.Length;
    }

    private async Task PatrolAsync(CancellationToken stopping)
    {
        var pace = TimeSpan.FromTicks(Math.Clamp(
            Math.Min(_options.AskInterval.Ticks, Math.Min(_options.PingInterval?.Ticks ?? long.MaxValue, _options.PingTimeout.Ticks)) / 4,
            TimeSpan.TicksPerMillisecond * 5,
            TimeSpan.TicksPerSecond));
        try
        {
            while (true)
            {
                await Task.Delay(pace, _options.Time, stopping).ConfigureAwait(false); // the server has no actors
                foreach (var client in Clients)
                    client.Patrol();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
