using System.Buffers.Binary;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport.Frames;
using Xunit.Abstractions;

namespace ActorHeartbeat.Tests.Transport;

public sealed class FrameTapTests(ITestOutputHelper output)
{
    private readonly RecordingObserver _observer = new();

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task Pongs_are_seen_among_frames_that_arrive_cut_anywhere(int? fixedSeed)
    {
        var seed = fixedSeed ?? Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (wire, pongs) = RandomFrames(random, frames: 2000);
        await using var tap = new FrameTap(new ScriptedStream(wire, random), _observer);
        var seen = new MemoryStream();
        var buffer = new byte[8192];

        int length;
        while ((length = await tap.ReadAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)))) > 0)
            seen.Write(buffer, 0, length);

        Assert.Equal(wire, seen.ToArray());
        foreach (var pong in pongs)
            Assert.Equal(pong, await _observer.PongAsync());
        Assert.True(_observer.Activity > 0);
    }

    [Fact]
    public async Task Each_read_first_tells_that_what_came_before_is_handed_over()
    {
        await using var tap = new FrameTap(new ScriptedStream([0x81, 1, (byte)'x'], new Random(1)), _observer);

        Assert.Equal(0, await tap.ReadAsync(Memory<byte>.Empty));
        Assert.Equal((1, 0), (_observer.CaughtUp, _observer.Activity));
        while (await tap.ReadAsync(new byte[8]) > 0)
            Assert.Equal(_observer.CaughtUp, _observer.Activity + 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task Pings_land_between_data_frames_however_the_writes_are_cut(int? fixedSeed)
    {
        var seed = fixedSeed ?? Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var stream = new ScriptedStream([], random);
        await using var tap = new FrameTap(stream, _observer);
        var data = Enumerable.Range(0, 2000).SelectMany(_ => MaskedFrame(random)).ToArray();
        var asked = new List<long>();

        for (var position = 0; position < data.Length;)
        {
            var length = Math.Min(random.Next(1, 3000), data.Length - position);
            var writing = tap.WriteAsync(data.AsMemory(position, length));
            if (random.Next(3) == 0)
            {
                asked.Add(random.NextInt64(1, long.MaxValue));
                Assert.True(tap.Outbound.TryPing(asked[^1]));
            }

            await writing;
            position += length;
        }

        var (others, pings) = SplitOffPings(await stream.WrittenAsync(tap));
        Assert.Equal(data, others);
        Assert.NotEmpty(pings);
        Assert.Equal(pings, asked.Where(pings.Contains));
        Assert.Equal(asked[^1], pings[^1]);
    }

    [Fact]
    public async Task A_ping_that_is_asked_for_during_a_write_follows_it_and_of_several_only_the_newest()
    {
        var stream = new ScriptedStream([], new Random(1)) { Hold = new TaskCompletionSource() };
        await using var tap = new FrameTap(stream, _observer);
        var frame = MaskedFrame(new Random(2));
        var writing = tap.WriteAsync(frame);

        Assert.True(tap.Outbound.TryPing(1));
        Assert.True(tap.Outbound.TryPing(2));
        stream.Hold.SetResult();
        await writing;

        var (others, pings) = SplitOffPings(await stream.WrittenAsync(tap));
        Assert.Equal(frame, others);
        Assert.Equal([2L], pings);
    }

    [Fact]
    public async Task A_ping_allocates_nothing()
    {
        await using var tap = new FrameTap(Stream.Null, _observer);
        Assert.True(tap.Outbound.TryPing(1));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var id = 2; id < 200; id++)
            tap.Outbound.TryPing(id);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task After_a_close_frame_no_ping_goes_out()
    {
        var stream = new ScriptedStream([], new Random(1));
        await using var tap = new FrameTap(stream, _observer);

        await tap.WriteAsync(new byte[] { 0x88, 0x80, 0, 0, 0, 0 });

        Assert.False(tap.Outbound.TryPing(1));
        Assert.Equal(6, (await stream.WrittenAsync(tap)).Length);
    }

    [Fact]
    public async Task After_a_failed_write_no_ping_goes_out()
    {
        var stream = new ScriptedStream([], new Random(1)) { Failure = new IOException("gone") };
        await using var tap = new FrameTap(stream, _observer);

        await Assert.ThrowsAsync<IOException>(() => tap.WriteAsync(MaskedFrame(new Random(2))).AsTask());

        Assert.False(tap.Outbound.TryPing(1));
    }

    [Theory]
    [InlineData(new byte[] { 0x88, 2, 0x03, 0xf4 }, 1012)]
    [InlineData(new byte[] { 0x88, 2, 0x03, 0xf6 }, 1014)]
    [InlineData(new byte[] { 0x88, 2, 0x03, 0xf7 }, 1015)]
    [InlineData(new byte[] { 0x88, 0 }, 1005)]
    public async Task The_close_code_is_known_byte_by_byte_and_passes_unchanged(byte[] wire, int code)
    {
        await using var tap = new FrameTap(new MemoryStream((byte[])wire.Clone()), _observer);
        var seen = new byte[wire.Length];

        for (var index = 0; index < wire.Length; index++)
            Assert.Equal(1, await tap.ReadAsync(seen.AsMemory(index, 1)));

        Assert.Equal(code, tap.PeerCloseCode);
        Assert.Equal(wire, seen);
    }

    private static (byte[] Wire, List<long> Pongs) RandomFrames(Random random, int frames)
    {
        var wire = new List<byte>();
        var pongs = new List<long>();
        for (var count = 0; count < frames; count++)
        {
            if (random.Next(3) == 0)
            {
                pongs.Add(random.NextInt64(1, long.MaxValue));
                wire.AddRange(WebSocketPeer.Frame(Opcodes.Pong, Bytes(pongs[^1])));
            }
            else
            {
                var payload = new byte[random.Next(20) == 0 ? random.Next(70_000) : random.Next(300)];
                random.NextBytes(payload);
                wire.AddRange(
                    WebSocketPeer.Frame(
                        payload.Length < 126 && random.Next(4) == 0 ? Opcodes.Ping : random.Next(3), payload, random.Next(2) == 0));
            }
        }

        return ([.. wire], pongs);
    }

    private static byte[] MaskedFrame(Random random)
    {
        var payload = new byte[random.Next(10) == 0 ? random.Next(70_000) : random.Next(300)];
        random.NextBytes(payload);
        var frame = WebSocketPeer.Frame(random.Next(3), payload);
        var header = frame.Length - payload.Length;
        var mask = new byte[4];
        random.NextBytes(mask);
        return [frame[0], (byte)(frame[1] | 0x80), .. frame.AsSpan(2, header - 2), .. mask, .. payload];
    }

    private static byte[] Bytes(long id)
    {
        var bytes = new byte[PingPayload.MaxLength];
        return bytes[..PingPayload.Write(id, bytes)];
    }

    private static (byte[] Others, List<long> Pings) SplitOffPings(byte[] wire)
    {
        var others = new List<byte>();
        var pings = new List<long>();
        for (var position = 0; position < wire.Length;)
        {
            var length = (wire[position + 1] & 0x7f) switch
            {
                126 => 4 + BinaryPrimitives.ReadUInt16BigEndian(wire.AsSpan(position + 2)),
                127 => 10 + (int)BinaryPrimitives.ReadUInt64BigEndian(wire.AsSpan(position + 2)),
                var small => 2 + small,
            } + 4;
            var frame = wire.AsSpan(position, length);
            position += length;
            if ((frame[0] & 0x0f) != Opcodes.Ping)
            {
                others.AddRange(frame);
                continue;
            }

            Assert.Equal((0x89, 0x80 | (length - 6)), (frame[0], frame[1]));
            var payload = frame[6..].ToArray();
            for (var index = 0; index < payload.Length; index++)
                payload[index] ^= frame[2 + (index % 4)];
            pings.Add(PingPayload.Id(payload) ?? throw new InvalidOperationException("A ping of ours has digits only."));
        }

        return ([.. others], pings);
    }

    /// <summary>Reads in random pieces, completes some reads and writes asynchronously, and fails on concurrent writes.</summary>
    private sealed class ScriptedStream(byte[] wire, Random random) : DuplexStream(Null)
    {
        private readonly MemoryStream _written = new();
        private int _position;
        private int _writers;

        public TaskCompletionSource? Hold { get; init; }

        public IOException? Failure { get; init; }

        /// <summary>
        /// Returns the written bytes after all pending pings are out. Writes take turns: the first empty write begins
        /// when the writer before it is done and sends a pending ping; the second begins when that ping is written.
        /// </summary>
        public async Task<byte[]> WrittenAsync(FrameTap tap)
        {
            await tap.WriteAsync(default);
            await tap.WriteAsync(default);
            return _written.ToArray();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (random.Next(2) == 0)
                await Task.Yield();
            var length = Math.Min(Math.Min(buffer.Length, random.Next(1, 200)), wire.Length - _position);
            wire.AsSpan(_position, length).CopyTo(buffer.Span);
            _position += length;
            return length;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.Equal(1, Interlocked.Increment(ref _writers));
            if (Hold is not null)
                await Hold.Task;
            else if (buffer.Length % 2 == 0)
                await Task.Yield();
            if (Failure is not null)
                throw Failure;
            _written.Write(buffer.Span);
            Interlocked.Decrement(ref _writers);
        }
    }
}
