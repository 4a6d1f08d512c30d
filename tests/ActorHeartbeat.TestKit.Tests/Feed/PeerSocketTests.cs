using System.Net;
using System.Net.Sockets;

namespace ActorHeartbeat.TestKit.Tests;

public sealed class PeerSocketTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_peer_shows_as_gone_before_its_data_is_read(bool reset)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        using var accepted = await listener.AcceptSocketAsync();
        var peer = new PeerSocket(accepted);
        await client.SendAsync(new byte[] { 1, 2, 3 });
        var before = peer.IsGone;

        if (reset)
            client.Close(0);
        else
            client.Dispose();

        Assert.False(before);
        Assert.True(peer.IsGone);
    }
}
