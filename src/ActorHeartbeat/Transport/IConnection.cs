using System.Net;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport;

/// <summary>
/// One open WebSocket. Every member may be called from any thread and none blocks. After <see cref="Close"/>,
/// <see cref="Abort"/> or an end from outside, <see cref="IConnectionObserver.OnEnded"/> is called exactly once, when the socket is gone.
/// </summary>
public interface IConnection
{
    /// <summary>The subprotocol the server chose, or null.</summary>
    string? Subprotocol { get; }

    /// <summary>The address at the other end, the proxy's if there is one; null when it is not known.</summary>
    IPEndPoint? RemoteAddress => null;

    /// <summary>
    /// Whether bytes lie in the socket that nobody has read yet, so that its silence proves nothing. False where that is not known.
    /// </summary>
    bool HasUnread => false;

    /// <summary>Begins to read. Called once, before anything else but <see cref="Abort"/>.</summary>
    void Start();

    /// <summary>
    /// Sends a whole message; messages go out one at a time in the order of the calls. Completes when the socket has taken it, or
    /// with the reason it did not. Past the bound of waiting messages it is <see cref="SendStatus.Refused"/> at once. A send
    /// that outlasts the send deadline ends the connection.
    /// </summary>
    ValueTask<SendStatus> SendAsync(OutboundMessage message);

    /// <summary>Sends a ping whose payload is <paramref name="id"/> as <see cref="PingPayload"/> spells it. False when closing.</summary>
    /// <param name="id">At least 1.</param>
    bool TryPing(long id);

    /// <summary>Begins the closing handshake (RFC 6455 section 7.1.2): Close frame, bounded wait for the peer's, then gone.</summary>
    /// <param name="code">A close code that may be sent (1000-1003, 1007-1014, 3000-4999).</param>
    /// <param name="reason">At most 123 bytes of UTF-8; a longer one is cut at a character.</param>
    void Close(int code, string reason);

    /// <summary>Drops the socket at once, without a closing handshake.</summary>
    void Abort();
}

/// <summary>
/// Receives the events of one connection. The connection's pump makes the calls, one at a time. Messages come
/// in wire order; activity and pongs come as soon as their bytes are read, which may be before a message that
/// precedes them. <see cref="OnEnded"/> comes last, once. Implementations must be quick and must not throw.
/// </summary>
public interface IConnectionObserver
{
    /// <summary>The current bounds; read for each message, so that a change applies to the open connection.</summary>
    LimitSettings Limits { get; }

    /// <summary>The dial has a TCP connection to this address, the proxy's if there is one. What follows may still fail.</summary>
    void OnTcpConnected(IPEndPoint address)
    {
    }

    /// <summary>The server redirected the dial, which goes on at this URL; it may be shown.</summary>
    void OnRedirected(string url)
    {
    }

    /// <summary>
    /// Bytes of any frame arrived. Pongs among them are reported before, so that the answer to a ping is not first taken for a mere sign of
    /// life; messages are reported after.
    /// </summary>
    void OnActivity();

    /// <summary>
    /// All that was read is handed over, and the transport goes to the socket for more. Readers of what was handed over are woken once for
    /// all of it. A transport that calls it does so before each read; one that never does has each message told at once.
    /// </summary>
    void OnCaughtUp()
    {
    }

    /// <summary>
    /// A part of a message arrived and the rest is still to come: data are on their way, although no message is there yet.
    /// </summary>
    void OnPartOfMessage()
    {
    }

    /// <summary>
    /// A whole message. The payload is the pump's buffer and valid only until the returned task completes; no message is delivered before
    /// that, and no more than <see cref="LimitSettings.Message"/> bytes are read ahead, so a task that waits is real backpressure on the
    /// peer. The pings among these bytes are answered meanwhile.
    /// </summary>
    ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload);

    /// <summary>A pong arrived (RFC 6455 section 5.5.3), solicited or not. The payload is valid only during the call.</summary>
    void OnPong(ReadOnlySpan<byte> payload);

    /// <summary>The connection is over and its socket gone.</summary>
    void OnEnded(ConnectionEnd end);
}
