using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ActorHeartbeat.TestKit;

/// <summary>The TCP socket under a connection: what only it can tell and do.</summary>
internal sealed class PeerSocket(HttpContext context)
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;

    private readonly Socket? _socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;

    /// <summary>
    /// Whether the kernel has the client's FIN or RST already, even when the server has not read so far. Linux tells it exactly
    /// (tcp(7), TCP_INFO); elsewhere a readable socket without bytes says it, unless unread bytes hide it.
    /// </summary>
    public bool IsGone
    {
        get
        {
            try
            {
                if (_socket is null)
                    return false;
                if (!OperatingSystem.IsLinux())
                    return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
                Span<byte> info = stackalloc byte[8];
                _socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
                return info[0] != Established;
            }
            catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>Drops the connection with RST.</summary>
    public void Reset()
    {
        _socket?.Close(0);
        context.Abort();
    }
}
