using System.Net.Sockets;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport;

/// <summary>What it means when a socket's operation throws.</summary>
internal static class WebSocketEnds
{
    /// <summary>Whether the exception says that the connection is over, rather than that the program is wrong.</summary>
    public static bool IsEnd(Exception exception) =>
        exception is WebSocketException or IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;

    public static DialFailure Judge(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
                return new DialFailure(FailureLayer.Tcp, Describe(socket.SocketErrorCode));
        }

        return exception switch
        {
            WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely } =>
                new DialFailure(FailureLayer.Tcp, "the peer closed the TCP connection (FIN) without a Close frame"),
            WebSocketException { InnerException: { } inner } => new DialFailure(FailureLayer.Protocol, inner.Message),
            WebSocketException => new DialFailure(FailureLayer.Protocol, exception.Message),
            _ => new DialFailure(FailureLayer.Unknown, $"{exception.GetType().Name}: {exception.Message}"),
        };
    }

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the peer reset the TCP connection (RST)",
        SocketError.TimedOut => "the peer vanished: TCP keep-alive or unacknowledged data timed out",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "the peer is out of reach",
        _ => $"the TCP connection broke: {error}",
    };
}
