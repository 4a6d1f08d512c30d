using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>
/// The handling of messages and pings required of any transport. A derived class repeats the tests with another transport.
/// </summary>
public class ClientWebSocketMessageTests : DialerTestBase
{
    private readonly RecordingObserver _observer = new();

    [Fact]
    public async Task A_ping_goes_out_with_its_id_in_digits_and_its_pong_comes_back()
    {
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, _observer);

        Assert.True(connection.TryPing(0x0102030405060708));
        var ping = await peer.ReadAsync();
        await peer.SendAsync(Opcodes.Pong, ping!.Payload);

        Assert.Equal((Opcodes.Ping, true), (ping.Opcode, ping.Final));
        Assert.Equal("72623859790382856", Encoding.UTF8.GetString(ping.Payload));
        Assert.Equal(0x0102030405060708, await _observer.PongAsync());
        Assert.Equal(1, _observer.Activity);
    }

    [Fact]
    public async Task Fragments_with_pings_between_them_arrive_as_one_message_and_the_pings_are_answered()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(Opcodes.Text, "one "u8, final: false);
        await peer.SendAsync(Opcodes.Ping, "a"u8);
        await peer.SendAsync(Opcodes.Continuation, "two "u8, final: false);
        await peer.SendAsync(Opcodes.Pong, "unsolicited"u8);
        await peer.SendAsync(Opcodes.Continuation, "three"u8);

        Assert.Equal("one two three", await _observer.TextAsync());
        Assert.Equal(-"unsolicited".Length, await _observer.PongAsync());
        var pong = await peer.ReadAsync();
        Assert.Equal((Opcodes.Pong, "a"), (pong!.Opcode, Encoding.UTF8.GetString(pong.Payload)));
    }

    [Fact]
    public async Task A_message_is_reported_before_it_is_whole()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);
        await peer.SendAsync(Opcodes.Text, "whole"u8);
        Assert.Equal("whole", await _observer.TextAsync());
        Assert.False(_observer.PartAsync().IsCompleted);

        await peer.SendAsync(Opcodes.Text, "one "u8, final: false);
        await _observer.PartAsync();
        Assert.Equal(0, _observer.UnreadMessages);
        await peer.SendAsync(Opcodes.Continuation, "two"u8);

        Assert.Equal("one two", await _observer.TextAsync());
    }

    [Fact]
    public async Task Messages_from_empty_to_larger_than_every_buffer_arrive_whole_and_in_order()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);
        byte[][] messages =
        [
            .. new[] { 0, 1, 125, 126, 4095, 4096, 4097, 65_535, 65_536, 1_048_576 }.Select(length =>
                Enumerable.Range(0, length).Select(index => (byte)index).ToArray()),
        ];

        foreach (var message in messages)
            await peer.SendAsync(Opcodes.Binary, message);

        foreach (var message in messages)
            Assert.Equal(message, await _observer.MessageAsync());
    }

    [Fact]
    public async Task A_message_over_the_limit_is_answered_with_1009_and_ends_the_connection()
    {
        using var server = new LoopbackServer();
        _observer.Limits = new LimitSettings { Message = 1000 };
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(Opcodes.Binary, new byte[1000]);
        await peer.SendAsync(Opcodes.Binary, new byte[1001]);
        var close = await peer.ReadAsync();
        await peer.SendAsync(Opcodes.Close, close!.Payload);
        peer.Dispose();

        var end = await _observer.EndAsync();
        Assert.Equal((Opcodes.Close, 1009), (close.Opcode, close.CloseCode));
        Assert.Equal((1009, FailureLayer.Protocol), (end.CloseCode, end.Failure!.Layer));
        Assert.Equal(1000, (await _observer.MessageAsync()).Length);
        Assert.Equal(0, _observer.UnreadMessages);
    }

    [Fact]
    public async Task A_changed_limit_counts_from_the_next_message_of_the_open_connection()
    {
        using var server = new LoopbackServer();
        _observer.Limits = new LimitSettings { Message = 1000 };
        var (_, peer) = await ConnectAsync(server, _observer);
        await peer.SendAsync(Opcodes.Binary, new byte[1000]);
        Assert.Equal(1000, (await _observer.MessageAsync()).Length);

        _observer.Limits = new LimitSettings { Message = 100_000 };
        await peer.SendAsync(Opcodes.Binary, new byte[100_000]);
        Assert.Equal(100_000, (await _observer.MessageAsync()).Length);
        _observer.Limits = new LimitSettings { Message = 10 };
        await peer.SendAsync(Opcodes.Binary, new byte[11]);

        Assert.Equal((Opcodes.Close, 1009), (await peer.ReadAsync()) is { } close ? (close.Opcode, close.CloseCode) : default);
    }

    [Fact]
    public async Task The_largest_limit_there_is_takes_a_message()
    {
        using var server = new LoopbackServer();
        _observer.Limits = new LimitSettings { Message = int.MaxValue };
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendTextAsync("small");

        Assert.Equal("small", await _observer.TextAsync());
    }

    [Fact]
    public async Task A_text_message_that_is_not_UTF_8_is_answered_with_1007()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(Opcodes.Text, [0xc3, 0x28]);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        var end = await _observer.EndAsync();
        Assert.Equal((1007, FailureLayer.Protocol), (answer!.CloseCode, end.Failure!.Layer));
        Assert.Contains("UTF-8", end.Failure.Message);
    }

    [Fact]
    public async Task A_frame_with_a_reserved_opcode_is_a_protocol_failure()
    {
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, _observer);

        await peer.SendAsync(3, "?"u8);
        var answer = await peer.ReadAsync();
        peer.Dispose();

        var end = await _observer.EndAsync();
        Assert.Equal((1002, FailureLayer.Protocol), (answer!.CloseCode, end.Failure!.Layer));
        Assert.StartsWith("the peer broke RFC 6455", end.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("InnerException", end.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_accepted_before_a_close_go_out_before_the_Close_frame()
    {
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, _observer);

        var large = connection.SendAsync(OutboundMessage.Binary(new byte[16 * 1024 * 1024]));
        var first = connection.SendAsync(OutboundMessage.Text("unsubscribe"));
        var second = connection.SendAsync(OutboundMessage.Text("stop"));
        connection.Close(1000, "");
        var late = connection.SendAsync(OutboundMessage.Text("late"));
        var texts = new List<string>();
        PeerFrame? frame;
        while ((frame = await peer.ReadAsync()) is { Opcode: not Opcodes.Close })
        {
            if (frame.Opcode == Opcodes.Text)
                texts.Add(Encoding.UTF8.GetString(frame.Payload));
        }

        Assert.Equal(["unsubscribe", "stop"], texts);
        Assert.Equal(1000, frame!.CloseCode);
        Assert.Equal(
            [SendStatus.Sent, SendStatus.Sent, SendStatus.Sent, SendStatus.Refused], [await large, await first, await second, await late]);
    }

    [Fact]
    public async Task A_peer_that_stops_reading_fails_the_send_at_its_deadline()
    {
        using var server = new LoopbackServer();
        var (connection, _) = await ConnectAsync(server, _observer);

        var stuck = connection.SendAsync(OutboundMessage.Binary(new byte[64 * 1024 * 1024]));
        var waiting = connection.SendAsync(OutboundMessage.Text("after it"));
        Assert.False(stuck.IsCompleted);
        await Time.ElapseAsync(TimeSpan.FromSeconds(10));

        var end = await _observer.EndAsync();
        Assert.Equal(SendStatus.Expired, await stuck);
        Assert.Equal(SendStatus.Expired, await waiting);
        Assert.Equal((1006, FailureLayer.Timeout), (end.CloseCode, end.Failure!.Layer));
    }

    [Fact]
    public async Task Past_the_bound_of_waiting_messages_a_send_is_refused_at_once()
    {
        using var server = new LoopbackServer();
        _observer.Limits = new LimitSettings { SendQueue = 2 };
        var (connection, _) = await ConnectAsync(server, _observer);

        var stuck = connection.SendAsync(OutboundMessage.Binary(new byte[64 * 1024 * 1024]));
        var first = connection.SendAsync(OutboundMessage.Text("1"));
        var second = connection.SendAsync(OutboundMessage.Text("2"));
        var third = connection.SendAsync(OutboundMessage.Text("3"));
        connection.Abort();

        Assert.Equal(SendStatus.Refused, await third);
        Assert.Equal([SendStatus.Expired, SendStatus.Expired, SendStatus.Expired], [await stuck, await first, await second]);
        Assert.Equal(new ConnectionEnd(1006, "", WasClean: false), await _observer.EndAsync());
    }

    [Fact]
    public async Task A_changed_bound_of_waiting_messages_counts_for_the_next_send()
    {
        using var server = new LoopbackServer();
        _observer.Limits = new LimitSettings { SendQueue = 1 };
        var (connection, _) = await ConnectAsync(server, _observer);
        _ = connection.SendAsync(OutboundMessage.Binary(new byte[64 * 1024 * 1024]));
        _ = connection.SendAsync(OutboundMessage.Text("1"));

        _observer.Limits = new LimitSettings { SendQueue = 2 };
        var second = connection.SendAsync(OutboundMessage.Text("2"));
        _observer.Limits = new LimitSettings { SendQueue = 1 };
        var third = connection.SendAsync(OutboundMessage.Text("3"));

        Assert.False(second.IsCompleted);
        Assert.Equal(SendStatus.Refused, await third);
        connection.Abort();
        Assert.Equal(SendStatus.Expired, await second);
    }

    [Fact]
    public async Task A_large_message_is_cut_into_frames_between_which_a_ping_fits()
    {
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, _observer);
        var message = Enumerable.Range(0, 16 * 1024 * 1024).Select(index => (byte)index).ToArray();

        var sending = connection.SendAsync(OutboundMessage.Binary(message));
        Assert.True(connection.TryPing(7));
        connection.Close(1000, "after the message");
        var frames = new List<PeerFrame>();
        while (await peer.ReadAsync() is { Opcode: not Opcodes.Close } frame)
            frames.Add(frame);

        Assert.Equal(SendStatus.Sent, await sending);
        Assert.All(frames, frame => Assert.InRange(frame.Payload.Length, 0, 64 * 1024));
        Assert.True(
            frames.FindIndex(frame => frame.Opcode == Opcodes.Ping) < frames.Count - 1, "the ping waits for the frame in flight only");
        Assert.Equal(message, frames.Where(frame => frame.Opcode != Opcodes.Ping).SelectMany(frame => frame.Payload));
    }

    [Fact]
    public async Task A_sink_that_waits_keeps_the_pump_from_reading_on()
    {
        var gate = new TaskCompletionSource();
        var observer = new RecordingObserver { Backpressure = () => gate.Task };
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, observer);

        byte[] both = [.. WebSocketPeer.Frame(Opcodes.Text, "1"u8), .. WebSocketPeer.Frame(Opcodes.Text, "2"u8)];
        await peer.WriteAsync(both);
        Assert.Equal("1", await observer.TextAsync());
        Assert.Equal(0, observer.UnreadMessages);
        gate.SetResult();

        Assert.Equal("2", await observer.TextAsync());
    }

    [Fact]
    public async Task A_sink_that_waits_for_ever_does_not_keep_an_aborted_connection_from_ending()
    {
        var observer = new RecordingObserver { Backpressure = () => new TaskCompletionSource().Task };
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, observer);
        await peer.SendTextAsync("1");
        await observer.TextAsync();

        connection.Abort();

        Assert.Equal(new ConnectionEnd(1006, "", WasClean: false), await observer.EndAsync());
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_sink_that_throws_ends_the_connection_and_is_named()
    {
        var observer = new RecordingObserver { Backpressure = () => throw new NotSupportedException("observer") };
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, observer);

        await peer.SendTextAsync("1");

        var end = await observer.EndAsync();
        Assert.Equal((1006, "a message could not be delivered: NotSupportedException: observer"), (end.CloseCode, end.Failure!.Message));
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_socket_dropped_between_two_messages_ends_too()
    {
        var gate = new TaskCompletionSource();
        IConnection? dropped = null;
        var observer = new RecordingObserver { Backpressure = () => { dropped!.Abort(); return gate.Task; } };
        using var server = new LoopbackServer();
        (dropped, var peer) = await ConnectAsync(server, observer);

        await peer.SendTextAsync("1");
        await observer.TextAsync();
        gate.SetResult();

        Assert.Equal(new ConnectionEnd(1006, "", WasClean: false), await observer.EndAsync());
        Assert.Null(await peer.ReadAsync());
    }
}
