using System.Net.Sockets;

namespace ActorHeartbeat.TestKit;

/// <summary>A socket that is gone, as an operation on it learns it.</summary>
internal static class LostSocket
{
    public static bool IsMeantBy(Exception exception) =>
        exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or SocketException;
}
