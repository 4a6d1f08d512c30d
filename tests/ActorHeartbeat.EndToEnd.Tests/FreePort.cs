using System.Net;
using System.Net.Sockets;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// A port of loopback for a server that starts in a moment. It lies below those that the kernel gives to outgoing connections, and each is
/// given once: what is free now is free then, too.
/// </summary>
internal static class FreePort
{
    private const int First = 12_000, Count = 16_000;

    private static int _last = Random.Shared.Next(Count);

    public static int Take()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (Interlocked.Increment(ref _last) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // another process has it
            }
        }
        throw new InvalidOperationException("no port of loopback is free");
    }
}
