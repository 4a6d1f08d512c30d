using System.Net.Sockets;

namespace ActorHeartbeat.TestKit;

/// <summary>The TCP socket under a connection, for facts and actions that only the socket offers.</summary>
internal sealed class PeerSocket(Socket socket)
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;

    /// <summary>
    /// Whether the kernel has already received the client's FIN or RST, even if the server has not read that far. Linux
    /// reports it exactly (tcp(7), TCP_INFO). Elsewhere a readable socket without bytes shows it, unless unread bytes hide it.
    /// </summary>
    public bool IsGone
    {
        get
        {
            try
            {
                if (!OperatingSystem.IsLinux())
                    return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
                Span<byte> info = stackalloc byte[8];
                socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
                return info[0] != Established;
            }
            catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>Drops the connection with RST; the web server notices that its socket is gone.</summary>
    public void Reset() => socket.Close(0);
}
