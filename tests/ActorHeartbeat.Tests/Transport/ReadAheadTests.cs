using System.Text;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>What a connection reads while a message waits for its delivery. A derived class repeats this with another transport.</summary>
public class ReadAheadTests : DialerTestBase
{
    [Fact]
    public async Task Pings_are_answered_once_while_a_message_waits_for_its_delivery()
    {
        var delivered = new TaskCompletionSource();
        var observer = new RecordingObserver { Backpressure = () => delivered.Task };
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, observer);

        // in one piece: the first ping lies in the buffer already when the message begins to wait
        byte[] piece = [.. WebSocketPeer.Frame(Opcodes.Text, "one"u8), .. WebSocketPeer.Frame(Opcodes.Ping, "a"u8)];
        await peer.WriteAsync(piece);
        Assert.Equal("pong a", await PongAsync(peer));
        await peer.SendTextAsync("two");
        await peer.SendAsync(Opcodes.Ping, "b"u8);
        Assert.Equal("pong b", await PongAsync(peer));
        Assert.Equal("one", await observer.TextAsync());
        Assert.Equal(0, observer.UnreadMessages);

        delivered.SetResult();
        Assert.Equal("two", await observer.TextAsync());
        await peer.SendAsync(Opcodes.Ping, "c"u8);
        Assert.Equal("pong c", await PongAsync(peer));
    }

    [Fact]
    public async Task No_more_than_the_largest_message_is_read_ahead_and_the_pings_behind_it_are_answered_in_their_turn()
    {
        var delivered = new TaskCompletionSource();
        var observer = new RecordingObserver { Backpressure = () => delivered.Task, Limits = new LimitSettings { Message = 100_000 } };
        using var server = new LoopbackServer();
        var (connection, peer) = await ConnectAsync(server, observer);
        var flood = Enumerable.Range(0, 40).Select(index => Enumerable.Repeat((byte)index, 90_000).ToArray()).ToArray();

        var sending = SendAsync();
        var pong = PongAsync(peer);
        await Assert.ThrowsAsync<TimeoutException>(() => pong.WaitAsync(TimeSpan.FromMilliseconds(500)));
        Assert.True(connection.HasUnread);

        delivered.SetResult();
        foreach (var message in flood)
            Assert.Equal(message, await observer.MessageAsync());
        await sending;
        Assert.Equal("pong late", await pong);

        async Task SendAsync()
        {
            foreach (var message in flood)
                await peer.SendAsync(Opcodes.Binary, message);
            await peer.SendAsync(Opcodes.Ping, "late"u8);
        }
    }

    [Fact]
    public async Task What_was_read_ahead_is_delivered_before_the_end_that_came_with_it()
    {
        var delivered = new TaskCompletionSource();
        var observer = new RecordingObserver { Backpressure = () => delivered.Task };
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, observer);

        await peer.SendTextAsync("one");
        Assert.Equal("one", await observer.TextAsync());
        await peer.SendTextAsync("two");
        await peer.SendAsync(Opcodes.Ping, "a"u8);
        Assert.Equal("pong a", await PongAsync(peer));
        await peer.SendCloseAsync(1001, "restart");
        delivered.SetResult();

        Assert.Equal("two", await observer.TextAsync());
        var end = await observer.EndAsync();
        Assert.Equal((1001, "restart", true), (end.CloseCode, end.Reason, end.WasClean));
    }

    [Fact]
    public async Task Nothing_is_lost_or_answered_twice_however_often_the_delivery_waits()
    {
        var random = new Random(7);
        var observer = new RecordingObserver { Backpressure = () => Task.Delay(random.Next(3)) };
        using var server = new LoopbackServer();
        var (_, peer) = await ConnectAsync(server, observer);
        const int Count = 300;
        var pongs = ReadPongsAsync();

        for (var index = 0; index < Count; index++)
        {
            await peer.SendTextAsync($"{index} {new string('x', (index * 37) % 5000)}");
            if (index % 3 == 0)
                await peer.SendAsync(Opcodes.Ping, Encoding.UTF8.GetBytes($"{index}"));
        }
        for (var index = 0; index < Count; index++)
            Assert.StartsWith($"{index} ", await observer.TextAsync());
        await peer.SendAsync(Opcodes.Ping, "last"u8);

        var seen = await pongs;
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(seen.SkipLast(1).Select(int.Parse).Order(), seen.SkipLast(1).Select(int.Parse));

        async Task<List<string>> ReadPongsAsync()
        {
            var read = new List<string>();
            while (read.LastOrDefault() != "last")
                read.Add((await PongAsync(peer))["pong ".Length..]);
            return read;
        }
    }

    private static async Task<string> PongAsync(WebSocketPeer peer)
    {
        var frame = await peer.ReadAsync();
        return $"{(frame!.Opcode == Opcodes.Pong ? "pong" : $"opcode {frame.Opcode}")} {Encoding.UTF8.GetString(frame.Payload)}";
    }
}
