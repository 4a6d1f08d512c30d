using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>
/// How connections of any transport end, and the reported reason. A derived class repeats the tests with another transport.
/// </summary>
public class ClientWebSocketCloseTests : DialerTestBase
{
    private readonly RecordingObserver _observer = new();

    [Fact]
    public async Task Our_close_is_answered_and_what_comes_before_the_answer_is_delivered()
    {
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, _observer);

        connection.Close(4001, new string('é', 100));
        var close = await peer.ReadAsync();
        await peer.SendTextAsync("last words");
        await peer.SendCloseAsync(4001, "bye");
        peer.Dispose();

        Assert.Equal(new ConnectionEnd(4001, "bye", WasClean: true), await _observer.EndAsync());
        Assert.Equal("last words", await _observer.TextAsync());
        Assert.Equal(
            (Opcodes.Close, 4001, new string('é', 61)),
            (close!.Opcode, close.CloseCode, Encoding.UTF8.GetString(close.Payload.AsSpan(2))));
        Assert.False(connection.TryPing(1));
        Assert.Equal(SendStatus.Refused, await connection.SendAsync(OutboundMessage.Text("late")));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(1014)]
    [InlineData(3000)]
    [InlineData(4999)]
    public async Task A_close_of_the_peer_is_answered_with_its_code(int code)
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendCloseAsync(code, "why");
        var answer = await peer.ReadAsync();
        peer.Dispose();

        Assert.Equal(new ConnectionEnd(code, "why", WasClean: true), await _observer.EndAsync());
        Assert.Equal((Opcodes.Close, code), (answer!.Opcode, answer.CloseCode));
        Assert.Equal(1, _observer.Ends);
    }

    [Fact]
    public async Task A_close_without_a_code_is_1005_and_answered_with_1000()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(Opcodes.Close, []);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        Assert.Equal(new ConnectionEnd(1005, "", WasClean: true), await _observer.EndAsync());
        Assert.Equal(1000, answer!.CloseCode);
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(2000)]
    [InlineData(5000)]
    public async Task A_close_code_that_must_not_be_sent_is_a_protocol_failure(int code)
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendCloseAsync(code);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        var end = await _observer.EndAsync();
        Assert.Equal((1006, false, FailureLayer.Protocol), (end.CloseCode, end.WasClean, end.Failure!.Layer));
        Assert.Equal(1002, answer!.CloseCode);
    }

    [Theory]
    [InlineData(new byte[] { 0x03 }, "half a close code")]
    [InlineData(new byte[] { 0, 0 }, "the close code 0, which must not be sent")]
    [InlineData(new byte[] { 0x03, 0xed }, "the close code 1005, which must not be sent")]
    public async Task The_flaw_of_a_malformed_Close_frame_is_named(byte[] payload, string flaw)
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(Opcodes.Close, payload);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        var end = await _observer.EndAsync();
        Assert.Equal((1006, false, 1002), (end.CloseCode, end.WasClean, answer!.CloseCode));
        Assert.Equal(
            new DialFailure(FailureLayer.Protocol, $"the peer's Close frame carries {flaw}; closed with 1002").Message,
            end.Failure!.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0x0f, 0xa1, 0xc3, 0x28, 0x6f, 0x75, 0x74 }, 4001, "\ufffd(out")]
    [InlineData(new byte[] { 0x03, 0xe8, 0xff }, 1000, "\ufffd")]
    public async Task A_close_code_counts_also_when_the_reason_cannot_be_read(byte[] payload, int code, string reason)
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(Opcodes.Close, payload);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        Assert.Equal(new ConnectionEnd(code, reason, WasClean: false), await _observer.EndAsync());
        Assert.Equal(1002, answer!.CloseCode);
    }

    [Fact]
    public async Task Bad_text_right_before_a_sound_Close_frame_is_blamed_on_the_text()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.WriteAsync(
            (byte[])[.. WebSocketPeer.Frame(Opcodes.Text, [0xc3, 0x28]), .. WebSocketPeer.Frame(Opcodes.Close, [0x03, 0xe8])]);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        Assert.Equal(1007, answer!.CloseCode);
        Assert.Equal("the peer sent text that is not valid UTF-8; closed with 1007", (await _observer.EndAsync()).Failure!.Message);
    }

    [Fact]
    public async Task A_FIN_without_a_close_frame_is_1006_and_called_FIN()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        peer.Dispose();

        var end = await _observer.EndAsync();
        Assert.Equal((1006, "", false), (end.CloseCode, end.Reason, end.WasClean));
        Assert.Equal(
            new DialFailure(FailureLayer.Tcp, "the peer closed the TCP connection (FIN) without a Close frame").Message,
            end.Failure!.Message);
    }

    [Fact]
    public async Task A_RST_is_1006_and_called_RST()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        peer.Reset();

        var end = await _observer.EndAsync();
        Assert.Equal((1006, false, "the peer reset the TCP connection (RST)"), (end.CloseCode, end.WasClean, end.Failure!.Message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_RST_that_a_write_meets_before_the_read_is_called_RST(bool byPing)
    {
        using var server = new LoopbackServer();
        var accepting = server.AcceptUpgradedAsync();
        var connection = Assert.IsType<DialResult.Connected>(await DialAsync(Endpoint(server.Url), _observer)).Connection;
        (await accepting).Reset();

        while (byPing ? connection.TryPing(1) : await connection.SendAsync(OutboundMessage.Text("hello")) == SendStatus.Sent)
            await Task.Yield();
        connection.Start();

        Assert.Equal("the peer reset the TCP connection (RST)", (await _observer.EndAsync()).Failure!.Message);
    }

    [Fact]
    public async Task A_peer_that_closes_but_never_ends_the_TCP_connection_has_closed_cleanly_and_is_cut_off_at_the_close_deadline()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer, settings =>
            settings with
            {
                Timeouts = new TimeoutSettings { Close = TimeSpan.FromMilliseconds(100) },
            });

        await peer.SendCloseAsync(1000, "done");
        Assert.Equal(1000, (await peer.ReadAsync())!.CloseCode);
        await Time.ElapseAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(new ConnectionEnd(1000, "done", WasClean: true), await _observer.EndAsync());
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_peer_that_ignores_our_close_is_aborted_after_the_close_deadline()
    {
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, _observer);

        connection.Close(1000, "");
        Assert.Equal(Opcodes.Close, (await peer.ReadAsync())!.Opcode);
        await Time.ElapseAsync(TimeSpan.FromSeconds(5));

        var end = await _observer.EndAsync();
        Assert.Equal((1006, false, FailureLayer.Timeout), (end.CloseCode, end.WasClean, end.Failure!.Layer));
        Assert.Null(await peer.ReadAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0x83, 0 }, 1002)]
    [InlineData(new byte[] { 0x81, 2, 0xc3, 0x28 }, 1007)]
    public async Task A_Close_frame_that_a_violation_asks_for_arrives_although_more_was_sent(byte[] violation, int code)
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.WriteAsync(violation);
        for (var sent = 0; sent < 400; sent++)
            await peer.SendAsync(Opcodes.Binary, new byte[64 * 1024]);
        var close = await peer.ReadAsync();

        Assert.Equal((Opcodes.Close, code), (close!.Opcode, close.CloseCode));
        Assert.Null(await peer.ReadAsync());
        Assert.Equal(0, _observer.Ends);
        peer.Dispose();
        Assert.Equal((1006, FailureLayer.Protocol), ((await _observer.EndAsync()).CloseCode, (await _observer.EndAsync()).Failure!.Layer));
    }

    [Fact]
    public async Task A_peer_that_ends_nothing_after_a_violation_is_cut_off_at_the_close_deadline()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.WriteAsync((byte[])[0x83, 0]);
        Assert.Equal(1002, (await peer.ReadAsync())!.CloseCode);
        await Time.ElapseAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(FailureLayer.Protocol, (await _observer.EndAsync()).Failure!.Layer);
    }

    [Fact]
    public async Task The_reason_of_a_Close_frame_is_one_line()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendCloseAsync(1011, "quota\r\nforged \u202eline");
        await peer.ReadAsync();
        peer.Dispose();

        Assert.Equal(new ConnectionEnd(1011, "quota\\r\\nforged \\u202eline", WasClean: true), await _observer.EndAsync());
    }

    [Fact]
    public async Task An_abort_before_the_start_ends_the_connection_once()
    {
        using var server = new LoopbackServer();
        var accepting = server.AcceptUpgradedAsync();
        var connected = Assert.IsType<DialResult.Connected>(await DialAsync(Endpoint(server.Url), _observer));
        using var peer = await accepting;

        connected.Connection.Abort();
        connected.Connection.Abort();
        connected.Connection.Start();

        Assert.Equal(new ConnectionEnd(1006, "", WasClean: false), await _observer.EndAsync());
        Assert.Null(await peer.ReadAsync());
        Assert.Equal(1, _observer.Ends);
    }
}
