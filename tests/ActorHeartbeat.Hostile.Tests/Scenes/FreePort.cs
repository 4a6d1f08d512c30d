using System.Net;
using System.Net.Sockets;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>A port of loopback that is free now.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
