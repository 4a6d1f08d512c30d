using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>
/// A venue in a process of its own. It answers each key that it is asked for, so many a second on each connection, resets every connection
/// at intervals, and sends numbered data of its keys in turn, asked for or not.
/// </summary>
internal static class KeyServer
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);
    private static readonly ConcurrentDictionary<Socket, bool> Connected = new();
    private static int _connections, _messages, _asked, _answered;

    /// <summary>Prints its port, serves until its input ends, then prints its connections, messages, keys asked for and answers.</summary>
    /// <param name="keys">How many keys have data.</param>
    /// <param name="rate">Data a second on each connection; 0 for none.</param>
    /// <param name="answers">Answers a second on each connection.</param>
    /// <param name="cutEvery">Seconds between resets of every connection; 0 for none.</param>
    public static async Task RunAsync(int keys, double rate, double answers, double cutEvery)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 64);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        var end = Task.Run(Console.ReadLine); // Console.In reads synchronously, even its async methods
        _ = CutAsync(cutEvery);
        while (true)
        {
            var accepting = listener.AcceptSocketAsync();
            if (await Task.WhenAny(accepting, end) == end)
                break;
            _ = ServeAsync(await accepting, keys, rate, answers);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_connections} {_messages} {_asked} {_answered}"));
    }

    private static async Task ServeAsync(Socket socket, int keys, double rate, double answers)
    {
        try
        {
            socket.NoDelay = true;
            await ServerHandshake.AcceptAsync(socket);
            Interlocked.Increment(ref _connections);
            Connected[socket] = true;
            var asked = Channel.CreateUnbounded<string>();
            await await Task.WhenAny(HearAsync(socket, asked.Writer), SpeakAsync(socket, asked.Reader, keys, rate, answers));
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The connection was cut, or the client has closed it.
        }
        finally
        {
            Connected.TryRemove(socket, out _);
            socket.Dispose();
        }
    }

    private static async Task HearAsync(Socket socket, ChannelWriter<string> asked)
    {
        var buffer = new byte[1 << 20];
        var length = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            var read = 0;
            while (TryRead(buffer.AsSpan(read, length - read), out var frame, out var text))
            {
                read += frame;
                if (!text.Contains("\"subscribe\"", StringComparison.Ordinal))
                    continue;
                Interlocked.Increment(ref _messages);
                foreach (var part in text.Split("\"instId\":\"").Skip(1))
                {
                    Interlocked.Increment(ref _asked);
                    asked.TryWrite(part[..part.IndexOf('"', StringComparison.Ordinal)]);
                }
            }
            buffer.AsSpan(read, length - read).CopyTo(buffer);
            length -= read;
        }
    }

    /// <summary>Reads a masked frame (RFC 6455 section 5.2) of up to 64 KiB.</summary>
    private static bool TryRead(Span<byte> bytes, out int frame, out string text)
    {
        (frame, text) = (0, "");
        if (bytes.Length < 2)
            return false;
        var (size, head) = (bytes[1] & 0x7F, 2);
        if (size == 126 && bytes.Length >= 4)
            (size, head) = (bytes[2] << 8 | bytes[3], 4);
        frame = head + 4 + size;
        if (bytes.Length < frame)
            return false;
        var payload = bytes.Slice(head + 4, size);
        for (var index = 0; index < size; index++)
            payload[index] ^= bytes[head + index % 4];
        text = Encoding.UTF8.GetString(payload);
        return true;
    }

    private static async Task SpeakAsync(Socket socket, ChannelReader<string> asked, int keys, double rate, double answers)
    {
        var begun = Stopwatch.GetTimestamp();
        var data = rate > 0 ? new DataFrames(keys) : null;
        var (sent, answered) = (0L, 0L);
        using var beat = new PeriodicTimer(Beat);
        while (await beat.WaitForNextTickAsync())
        {
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            var frames = new MemoryStream();
            answered = Math.Max(answered, (long)((seconds - 1) * answers)); // what it did not use it does not save for later
            for (; answered < seconds * answers && asked.TryRead(out var key); answered++)
            {
                Interlocked.Increment(ref _answered);
                WriteFrame(frames, Encoding.UTF8.GetBytes(KeyWords.Accepted(key, 0)));
            }
            if (frames.Length > 0)
                await socket.SendAsync(frames.GetBuffer().AsMemory(0, (int)frames.Length));
            while (data is not null && sent < seconds * rate)
            {
                var (next, count) = data.Take((int)(seconds * rate - sent) + 1);
                await socket.SendAsync(next);
                sent += count;
            }
        }
    }

    private static void WriteFrame(MemoryStream to, ReadOnlySpan<byte> payload)
    {
        to.WriteByte(0x81);
        if (payload.Length < 126)
            to.WriteByte((byte)payload.Length);
        else
            to.Write([126, (byte)(payload.Length >> 8), (byte)payload.Length]);
        to.Write(payload);
    }

    private static async Task CutAsync(double every)
    {
        if (every == 0)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(every));
        while (await timer.WaitForNextTickAsync())
        {
            foreach (var socket in Connected.Keys)
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0); // RST
                    socket.Dispose();
                }
                catch (ObjectDisposedException)
                {
                    // It has ended by itself meanwhile.
                }
            }
        }
    }

    /// <summary>A frame of data for each key, in turn; their numbers rise by one from round to round.</summary>
    private sealed class DataFrames
    {
        private const long First = 100_000_000_000; // numbers of the same length, so that only digits change

        private readonly byte[] _frames;
        private readonly int _size, _keys;
        private long _number = First;
        private int _next;

        public DataFrames(int keys)
        {
            var frames = new MemoryStream();
            for (var key = 0; key < keys; key++)
                WriteFrame(frames, Encoding.UTF8.GetBytes(KeyWords.Data(KeyWords.Name(key), key, First)));
            (_frames, _keys, _size) = (frames.ToArray(), keys, (int)frames.Length / keys);
        }

        /// <summary>Takes at most so many frames.</summary>
        public (ReadOnlyMemory<byte> Frames, int Count) Take(int most)
        {
            if (_next == _keys)
            {
                (_next, _number) = (0, _number + 1);
                var digits = Encoding.UTF8.GetBytes(_number.ToString(CultureInfo.InvariantCulture));
                for (var key = 0; key < _keys; key++)
                    digits.CopyTo(_frames.AsSpan((key + 1) * _size - "}]}".Length - digits.Length));
            }
            var count = Math.Min(most, _keys - _next);
            var taken = _frames.AsMemory(_next * _size, count * _size);
            _next += count;
            return (taken, count);
        }
    }
}
