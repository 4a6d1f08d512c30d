using System.Net.WebSockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>Dials Kestrel, which echoes messages and answers pings by itself.</summary>
public class KestrelDialTests : DialerTestBase
{
    private readonly RecordingObserver _observer = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Echoes_and_pongs_come_back_whatever_is_negotiated(bool compression, bool secure)
    {
        await using var server = await StartAsync(secure);
        var settings = Endpoint(new Uri(server.Urls.First().Replace("http", "ws", StringComparison.Ordinal))) with
        {
            Compression = compression,
            Tls = new TlsSettings { Verify = false },
        };
        var connection = Assert.IsType<DialResult.Connected>(await DialAsync(settings, _observer)).Connection;
        connection.Start();
        string[] messages = [.. Enumerable.Range(0, 40).Select(number => new string((char)('a' + (number % 26)), number * number * 100))];

        foreach (var message in messages)
        {
            Assert.Equal(SendStatus.Sent, await connection.SendAsync(OutboundMessage.Text(message)));
            Assert.True(connection.TryPing(message.Length + 1));
            Assert.Equal(message.Length + 1, await _observer.PongAsync());
        }

        foreach (var message in messages)
            Assert.Equal(message, await _observer.TextAsync());
        connection.Close(1000, compression ? "deflated" : "plain");
        Assert.Equal(new ConnectionEnd(1000, "echoed", WasClean: true), await _observer.EndAsync());
    }

    private static async Task<WebApplication> StartAsync(bool secure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            if (secure)
                listen.UseHttps(LoopbackServer.CreateCertificate());
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var application = builder.Build();
        application.UseWebSockets();
        application.Run(EchoAsync);
        await application.StartAsync();
        return application;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { DangerousEnableCompression = true, DisableServerContextTakeover = true });
        var buffer = new byte[512 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "echoed", context.RequestAborted);
                return;
            }

            if (!part.EndOfMessage)
                continue;
            await socket.SendAsync(buffer.AsMemory(0, length), part.MessageType, endOfMessage: true, context.RequestAborted);
            length = 0;
        }
    }
}
