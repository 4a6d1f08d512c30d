using System.Net.Sockets;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// A network stream that first writes what the socket takes at once, which is nearly always all. An asynchronous send would leave its
/// arguments with the socket for life, and in them what it sent last, such as 4 KB of the handshake.
/// </summary>
internal sealed class EagerNetworkStream : NetworkStream
{
    /// <param name="socket">Connected; belongs to the stream from here on.</param>
    public EagerNetworkStream(Socket socket)
        : base(socket, ownsSocket: true) =>
        socket.Blocking = false; // a plain send takes what it can and does not wait; asynchronous calls are as ever

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested || buffer.IsEmpty)
            return base.WriteAsync(buffer, cancellationToken);
        var sent = Socket.Send(buffer.Span, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success when sent == buffer.Length => ValueTask.CompletedTask,
            SocketError.Success or SocketError.WouldBlock => base.WriteAsync(buffer[sent..], cancellationToken),
            _ => ValueTask.FromException(Failed(new SocketException((int)error))), // the kernel tells an error only once
        };
    }

    private static IOException Failed(SocketException cause) => new($"the socket takes nothing more: {cause.Message}", cause);
}
