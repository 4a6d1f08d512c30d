using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.Service.Access;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace ActorHeartbeat.Service.Http;

/// <summary>An address to listen on, and the places for the connections that come to it.</summary>
internal sealed class PlacedEndPoint(IPEndPoint address, ConnectionPlaces places) : IPEndPoint(address.Address, address.Port)
{
    public ConnectionPlaces Places => places;
}

/// <summary>A socket file to listen on, its mode, and the places for the connections that come to it.</summary>
internal sealed class PlacedSocketFile(string path, UnixFileMode mode, ConnectionPlaces places) : EndPoint
{
    public UnixDomainSocketEndPoint File { get; } = new(path);

    public UnixFileMode Mode => mode;

    public ConnectionPlaces Places => places;

    public override string ToString() => $"unix:{path}";
}

/// <summary>
/// The HTTP server's listeners, which accept no more connections than there are places: a connection that waits in the kernel's queue costs
/// no file descriptor. They serve every <see cref="PlacedEndPoint"/> and <see cref="PlacedSocketFile"/>.
/// </summary>
internal sealed class PlacedListeners(ILoggerFactory log) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(new SocketTransportOptions()), log);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is not PlacedSocketFile file)
            return new Listener(await _sockets.BindAsync(endpoint, cancellationToken), ((PlacedEndPoint)endpoint).Places);
        var options = new SocketTransportOptions { CreateBoundListenSocket = _ => SocketFile.Bind(file.File, file.Mode) };
        return new Listener(
            await new SocketTransportFactory(Options.Create(options), log).BindAsync(file.File, cancellationToken), file.Places);
    }

    private sealed class Listener(IConnectionListener listener, ConnectionPlaces places) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            await places.WaitForRoom().WaitAsync(_unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (await listener.AcceptAsync(cancellationToken) is { } connection)
            {
                if (places.TryTake(connection))
                    return connection;
                connection.Abort();
                await connection.DisposeAsync();
            }
            return null;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            await listener.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            _unbound.Dispose();
            await listener.DisposeAsync();
        }
    }
}
