using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Resolves a name on every call and opens a TCP connection to the first of its addresses that answers.</summary>
/// <param name="settings">Of the sockets.</param>
/// <param name="context">The resolver, and what is remembered of addresses.</param>
/// <param name="trace">The attempt; null when nobody listens.</param>
internal sealed class TcpConnector(TcpSettings settings, DialContext context, Activity? trace = null)
{
    /// <summary>
    /// The unanswered probes before the kernel gives up. The interval between probes is the idle time divided by this number.
    /// </summary>
    private const int KeepAliveProbes = 3;

    private const int TcpLevel = 6;

    /// <summary>TCP_USER_TIMEOUT of Linux in milliseconds; the framework has no name for it.</summary>
    private const int TcpUserTimeout = 18;

    /// <exception cref="DialException">The name does not resolve, or no address answers.</exception>
    public async Task<(EagerNetworkStream Stream, IPEndPoint Address)> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var resolved = await ResolveAsync(host, cancellation).ConfigureAwait(false);
        var addresses = context.Addresses.Order(host, port, AddressRace.Interleave(resolved));
        using var connecting = AttemptSteps.Begin(trace, "tcp");
        try
        {
            var (socket, address) = await AddressRace
                .RunAsync(addresses, (address, token) => OpenAsync(new IPEndPoint(address, port), token), context.Time, cancellation)
                .ConfigureAwait(false);
            connecting?.Done();
            return (new EagerNetworkStream(socket), address);
        }
        catch (AggregateException failed)
        {
            var reasons = addresses
                .Zip(failed.InnerExceptions, (_, reason) =>
                    reason is SocketException socket ? Describe(socket.SocketErrorCode) : reason.Message)
                .Distinct();
            throw new DialException(
                FailureLayer.Tcp, $"{host}:{port} ({string.Join(", ", addresses)}): {string.Join(", ", reasons)}", failed);
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        using var resolving = AttemptSteps.Begin(trace, "dns");
        try
        {
            var addresses = await context.Resolve(host, cancellation).ConfigureAwait(false);
            if (addresses.Length == 0)
                throw new DialException(FailureLayer.Dns, $"{host} has no address");
            resolving?.Done();
            return addresses;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new DialException(
                FailureLayer.Dns,
                $"{host}: {(exception is SocketException socket ? Describe(socket.SocketErrorCode) : "not a host name")}",
                exception);
        }
    }

    private async Task<ConnectedSocket> OpenAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            FindVanishedPeers(socket);
            await socket.ConnectAsync(address, cancellation).ConfigureAwait(false);
            return new ConnectedSocket(socket, address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Keep-alive probes never go out while unacknowledged data is in flight, and the user timeout never runs on a silent
    /// connection: only both together find every vanished peer.
    /// </summary>
    private void FindVanishedPeers(Socket socket)
    {
        if (settings.KeepAlive is not { } keepAlive)
            return;
        var seconds = Math.Max(1, (int)Math.Ceiling(keepAlive.TotalSeconds));
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / KeepAliveProbes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)keepAlive.TotalMilliseconds));
    }

    /// <summary>A socket, and the address that it was connected to: asked for it, the socket would keep another copy.</summary>
    private sealed record ConnectedSocket(Socket Socket, IPEndPoint Address) : IDisposable
    {
        public void Dispose() => Socket.Dispose();
    }

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostUnreachable => "host unreachable",
        SocketError.NetworkUnreachable => "network unreachable",
        SocketError.TimedOut => "no answer",
        SocketError.ConnectionReset => "connection reset",
        SocketError.HostNotFound => "name not found",
        SocketError.NoData => "the name has no address",
        SocketError.TryAgain => "the name server does not answer",
        SocketError.TooManyOpenSockets => "too many open sockets in this process",
        _ => error.ToString(),
    };
}
