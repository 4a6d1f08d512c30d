using System.Net.Sockets;
using System.Net.WebSockets;

namespace ActorHeartbeat.TestKit.Tests;

/// <summary>Runs every fault of the catalogue against the framework's client, which handles most of them correctly.</summary>
public sealed class RawFaultServerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);
    private static readonly RawFaultOptions Quick = new()
    {
        Pace = TimeSpan.FromMilliseconds(5),
        SlowHandshake = TimeSpan.FromMilliseconds(50),
        LatePong = TimeSpan.FromMilliseconds(20),
        FlapAfter = TimeSpan.FromMilliseconds(10),
        Bomb = 4 * 1024 * 1024,
    };

    public static TheoryData<string> Faults => [.. Fault.All.Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Every_fault_has_the_effect_it_announces(string name)
    {
        var fault = Fault.Named(name);
        await using var server = RawFaultServer.Start(fault, Quick);
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        socket.Options.CollectHttpResponseDetails = true;

        var effect = await ExperienceAsync(socket, server.Url, fault.Effect);
        socket.Abort();
        var connection = await server.ConnectionAsync(1, WebSocketTester.Deadline);

        Assert.Equal(
            Expected(fault), (effect, fault.Status is null ? null : (int?)socket.HttpStatusCode, await CloseSentAsync(fault, connection)));
    }

    [Theory]
    [InlineData("reset", SocketError.ConnectionReset)]
    [InlineData("fin-without-close", null)]
    public async Task A_line_ends_by_rst_or_fin_as_announced(string name, SocketError? expected)
    {
        await using var server = RawFaultServer.Start(Fault.Named(name));
        await using var client = await RawTester.ConnectAsync(server.Url);

        var error = await Record.ExceptionAsync(async () => Assert.Null(await client.ReceiveAsync()));

        Assert.StartsWith("HTTP/1.1 101 ", client.Head);
        Assert.Equal(expected, (error?.InnerException as SocketException)?.SocketErrorCode);
    }

    [Fact]
    public async Task A_server_without_pongs_hears_the_pings_and_still_closes()
    {
        await using var server = RawFaultServer.Start(Fault.Named("no-pong"));
        await using var client = await RawTester.ConnectAsync(server.Url);

        await client.SendAsync(Frame.Ping());
        await client.SendAsync(Frame.Close(1000));
        var answer = await client.ReceiveAsync();

        Assert.Equal(Opcode.Close, answer!.Opcode);
        Assert.Equal([Opcode.Ping, Opcode.Close], server.Connections[0].Received.Select(frame => frame.Opcode));
    }

    [Fact]
    public void Names_are_unique_and_can_stand_in_a_table()
    {
        var names = Fault.All.Select(fault => fault.Name).ToArray();

        Assert.Equal(names.Distinct(), names);
        Assert.All(names, name => Assert.Matches("^[a-z0-9-]+$", name));
        Assert.Throws<KeyNotFoundException>(() => Fault.Named("nothing"));
    }

    [Fact]
    public async Task A_server_can_be_healed_and_remembers_its_connections()
    {
        await using var server = RawFaultServer.Start(Fault.Named("status-503-retry-after"));
        await using var refused = await RawTester.ConnectAsync(server.Url);
        server.Fault = Fault.None;

        await using var accepted = await RawTester.ConnectAsync(server.Url);
        await accepted.SendAsync(Frame.Ping(new byte[] { 9 }));
        var pong = await accepted.ReceiveAsync();
        await accepted.SendAsync(Frame.Close(3001, "bye"));
        var close = await accepted.ReceiveAsync();

        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", refused.Head);
        Assert.Contains("\r\nRetry-After: 2\r\n", refused.Head);
        Assert.Equal((Opcode.Pong, 9, 3001), (pong!.Opcode, pong.Payload.Span[0], close!.CloseCode));
        Assert.Equal([null, 3001], server.Connections.Select(connection => connection.ClosedWith));
        Assert.Equal([Opcode.Ping, Opcode.Close], server.Connections[1].Received.Select(frame => frame.Opcode));
    }

    [Fact]
    public async Task The_bomb_is_a_compressed_message_for_a_client_that_offers_compression()
    {
        await using var server = RawFaultServer.Start(Fault.Named("decompression-bomb"), Quick);
        using var deadline = new CancellationTokenSource(WebSocketTester.Deadline);
        using var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions
        {
            ClientContextTakeover = false,
            ServerContextTakeover = false,
        };
        var buffer = new byte[64 * 1024];

        await socket.ConnectAsync(server.Url, deadline.Token);
        var length = 0L;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        Assert.Equal(Quick.Bomb, length);
    }

    private static (FaultEffect, int?, int?) Expected(Fault fault)
    {
        // A plain reader cannot distinguish a silent connection from an idle one; only heartbeats can.
        var effect = fault.Effect == FaultEffect.Silent ? FaultEffect.Harmless : fault.Effect;
        var closeSent = fault.Name switch
        {
            "decompression-bomb" => 1002, // The client did not offer compression here.
            "close-invalid-utf8" => 1002, // The framework sends this where RFC 6455 section 7.4.1 has 1007.
            _ => fault.CloseSent,
        };
        return (effect, fault.Status, closeSent);
    }

    /// <summary>Dials, then reads until nothing more arrives or a message exceeds 1 MiB, and returns the observed effect.</summary>
    private static async Task<FaultEffect> ExperienceAsync(ClientWebSocket socket, Uri url, FaultEffect expected)
    {
        // Only a dial that is expected never to complete is given up early.
        using var dialing = new CancellationTokenSource(expected == FaultEffect.Stalled ? Patience : WebSocketTester.Deadline);
        try
        {
            await socket.ConnectAsync(url, dialing.Token);
        }
        catch (OperationCanceledException)
        {
            return FaultEffect.Stalled;
        }
        catch (WebSocketException)
        {
            return dialing.IsCancellationRequested ? FaultEffect.Stalled : FaultEffect.Refused;
        }

        var reading = ReadAsync(socket);
        return await Task.WhenAny(reading, Task.Delay(expected == FaultEffect.Ended ? WebSocketTester.Deadline : Patience)) == reading
            ? FaultEffect.Ended
            : FaultEffect.Harmless;
    }

    private static async Task ReadAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(WebSocketTester.Deadline);
        var buffer = new byte[64 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
                length += part.Count;
                if (length > 1024 * 1024)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, null, deadline.Token);
                    return;
                }
                if (part.EndOfMessage)
                    length = 0;
                if (part.MessageType != WebSocketMessageType.Close)
                    continue;
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, null, deadline.Token);
                return;
            }
        }
        catch (WebSocketException)
        {
            // The connection ended without a Close frame, or the socket has answered a violation itself.
        }
    }

    private static async Task<int?> CloseSentAsync(Fault fault, FaultedConnection connection)
    {
        if (fault.Effect == FaultEffect.Ended && fault.Name != "close-without-fin")
            await connection.Ended.WaitAsync(WebSocketTester.Deadline);
        return fault.CloseSent is null ? null : connection.ClosedWith;
    }
}
