using System.Net;
using System.Net.Sockets;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// A server below WebSocket that applies its <see cref="Fault"/> to every connection, where a correct web server
/// cannot misbehave. Loopback only. It keeps every connection with the frames of the client, above all its Close frame.
/// </summary>
public sealed class RawFaultServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly RawFaultOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<FaultedConnection> _connections = [];
    private readonly List<Task> _running = [];
    private TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;

    private RawFaultServer(Fault fault, RawFaultOptions options)
    {
        (Fault, _options) = (fault, options);
    }

    /// <summary>The fault of connections from now on; set it to <see cref="Fault.None"/> to heal.</summary>
    public Fault Fault { get; set; }

    /// <summary>The URL to connect to; wss for a fault of TLS.</summary>
    public Uri Url => new($"{(Fault.UsesTls ? "wss" : "ws")}://127.0.0.1:{Port}/");

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The connections accepted, oldest first.</summary>
    public IReadOnlyList<FaultedConnection> Connections
    {
        get
        {
            lock (_lock)
                return [.. _connections];
        }
    }

    public static RawFaultServer Start(Fault fault, RawFaultOptions? options = null)
    {
        var server = new RawFaultServer(fault, options ?? new RawFaultOptions());
        server._listener.Start();
        server._accepting = server.AcceptAsync(server._stopping.Token);
        return server;
    }

    /// <summary>Waits for the connection of this number, 1 for the first.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task<FaultedConnection> ConnectionAsync(int number, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        while (true)
        {
            Task accepted;
            lock (_lock)
            {
                if (_connections.Count >= number)
                    return _connections[number - 1];
                accepted = _accepted.Task;
            }
            try
            {
                await accepted.WaitAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"connection {number} did not come within {timeout}; there were {Connections.Count}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
                Serve(await _listener.AcceptSocketAsync(stopping).ConfigureAwait(false), stopping);
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private void Serve(Socket socket, CancellationToken stopping)
    {
        TaskCompletionSource accepted;
        lock (_lock)
        {
            var connection = new FaultedConnection(socket, _connections.Count + 1, _options, stopping);
            _connections.Add(connection);
            _running.Add(connection.RunAsync(Fault.Script));
            accepted = _accepted;
            _accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        accepted.SetResult();
    }
}
