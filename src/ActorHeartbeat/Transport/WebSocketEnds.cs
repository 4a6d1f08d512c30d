using System.Net.Sockets;
using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport;

/// <summary>Interprets the exceptions of a socket's operations.</summary>
internal static class WebSocketEnds
{
    /// <summary>
    /// The message without an explanation: the framework explains every violation except bad UTF-8 and a malformed Close frame.
    /// </summary>
    private static readonly string Unexplained = new WebSocketException(WebSocketError.Faulted).Message;

    /// <summary>Whether the exception means that the connection is over, rather than that the program is wrong.</summary>
    public static bool IsEnd(Exception exception) =>
        exception
            is WebSocketException
                or IOException
                or SocketException
                or ObjectDisposedException
                or OperationCanceledException
                or InvalidOperationException;

    /// <summary>
    /// The end of a connection whose observer threw. That is a bug of this
    /// program, but the endpoint must still learn that the connection is over.
    /// </summary>
    public static ConnectionEnd Undelivered(Exception exception) =>
        new(CloseCodes.AbnormalClosure, "", WasClean: false)
        {
            Failure = new DialFailure(
                FailureLayer.Unknown, $"a message could not be delivered: {exception.GetType().Name}: {exception.Message}"),
        };

    /// <param name="exception">What the pump's read threw.</param>
    /// <param name="writeFailure">The failure of an earlier write, or null.</param>
    /// <param name="closeFlaw">What RFC 6455 forbids in the Close frame that arrived, or null.</param>
    public static DialFailure Judge(Exception exception, Exception? writeFailure, string? closeFlaw)
    {
        if (ErrorIn(exception) is { } met)
            return new DialFailure(FailureLayer.Tcp, Describe(met));
        return exception switch
        {
            // A write that only finds a half-closed or broken connection (EPIPE) does not reveal the cause.
            WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely }
                when ErrorIn(writeFailure) is { } error and not SocketError.Shutdown => new DialFailure(FailureLayer.Tcp, Describe(error)),
            WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely } => new DialFailure(
                FailureLayer.Tcp, "the peer closed the TCP connection (FIN) without a Close frame"),
            WebSocketException { WebSocketErrorCode: WebSocketError.Faulted }
                when exception.Message == Unexplained && closeFlaw is not null => new DialFailure(
                FailureLayer.Protocol,
                $"the peer's Close frame carries {closeFlaw}; closed with {CloseCodes.ProtocolError}"),
            WebSocketException { WebSocketErrorCode: WebSocketError.Faulted } when exception.Message == Unexplained => new DialFailure(
                FailureLayer.Protocol, $"the peer sent text that is not valid UTF-8; closed with {CloseCodes.InvalidPayloadData}"),
            WebSocketException => new DialFailure(FailureLayer.Protocol, $"the peer broke RFC 6455: {PeerText.Of(exception.Message)}"),
            _ => new DialFailure(FailureLayer.Unknown, $"{exception.GetType().Name}: {exception.Message}"),
        };
    }

    private static SocketError? ErrorIn(Exception? exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
                return socket.SocketErrorCode;
        }

        return null;
    }

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the peer reset the TCP connection (RST)",
        SocketError.TimedOut => "the peer vanished: TCP keep-alive or unacknowledged data timed out",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "the peer is out of reach",
        _ => $"the TCP connection broke: {error}",
    };
}
