using System.Net.Sockets;

namespace ActorHeartbeat.TestKit;

/// <summary>Identifies the exceptions of an operation on a socket that is gone.</summary>
internal static class LostSocket
{
    public static bool IsMeantBy(Exception exception) =>
        exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or SocketException;
}
