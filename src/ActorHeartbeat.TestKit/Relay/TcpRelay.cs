using System.Net;
using System.Net.Sockets;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// Relays between a client and a server on loopback and damages the line between them: freezes, delays, throttles, cuts and
/// resets it. Settings apply to existing and new connections; <see cref="Cut"/> and <see cref="Reset"/> affect only existing ones.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<RelayLink> _links = [];
    private readonly List<Task> _running = [];
    private Task _accepting = Task.CompletedTask;
    private volatile TaskCompletionSource? _frozen;
    private int _accepted;

    private TcpRelay(IPEndPoint target, TimeProvider time)
    {
        (_target, Time) = (target, time);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Added to the transit of every byte, in each direction. Default none.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Maximum bytes per second in each direction of a connection; null (default) for no limit.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that are open now.</summary>
    public int Live
    {
        get
        {
            lock (_lock)
                return _links.Count;
        }
    }

    /// <summary>Bytes forwarded to the server.</summary>
    public long BytesToServer => Interlocked.Read(ref ToServer.Bytes);

    /// <summary>Bytes forwarded to the client.</summary>
    public long BytesToClient => Interlocked.Read(ref ToClient.Bytes);

    internal TimeProvider Time { get; }

    internal RelayCounter ToServer { get; } = new();

    internal RelayCounter ToClient { get; } = new();

    /// <param name="port">The server's port on loopback.</param>
    /// <param name="time">The clock of delays; null for the system's.</param>
    public static TcpRelay Start(int port, TimeProvider? time = null)
    {
        var relay = new TcpRelay(new IPEndPoint(IPAddress.Loopback, port), time ?? TimeProvider.System);
        relay._listener.Start();
        relay._accepting = relay.AcceptAsync(relay._stopping.Token);
        return relay;
    }

    /// <summary>The same URL through the relay.</summary>
    public Uri Through(Uri url) => new UriBuilder(url) { Host = "127.0.0.1", Port = Port }.Uri;

    /// <summary>Stops all traffic, while every connection stays up and TCP still acknowledges: both sides see a half-open peer.</summary>
    public void Freeze() => _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resumes the traffic, held bytes first.</summary>
    public void Thaw()
    {
        var frozen = _frozen;
        _frozen = null;
        frozen?.TrySetResult();
    }

    /// <summary>Ends every connection with FIN to both sides; bytes on their way are lost.</summary>
    /// <returns>The number of connections.</returns>
    public int Cut() => ForEach(link => link.Cut());

    /// <summary>Ends every connection with RST to both sides.</summary>
    /// <returns>The number of connections.</returns>
    public int Reset() => ForEach(link => link.Reset());

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        Reset();
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    internal Task WhileFrozenAsync(CancellationToken over) => _frozen?.Task.WaitAsync(over) ?? Task.CompletedTask;

    private int ForEach(Action<RelayLink> act)
    {
        RelayLink[] links;
        lock (_lock)
            links = [.. _links];
        foreach (var link in links)
            act(link);
        return links.Length;
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(stopping).ConfigureAwait(false);
                Interlocked.Increment(ref _accepted);
                lock (_lock)
                {
                    _running.RemoveAll(link => link.IsCompleted);
                    _running.Add(CarryAsync(client, stopping));
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task CarryAsync(Socket client, CancellationToken stopping)
    {
        var link = new RelayLink(this, client);
        lock (_lock)
            _links.Add(link);
        await link.RunAsync(_target, stopping).ConfigureAwait(false);
        lock (_lock)
            _links.Remove(link);
    }
}

internal sealed class RelayCounter
{
    public long Bytes;
}
