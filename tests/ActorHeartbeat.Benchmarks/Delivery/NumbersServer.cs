using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// A server in a process of its own that sends a line of numbered messages per path at a steady rate. The numbers of a line advance with
/// time, connected or not, like the trades of a venue: messages during an outage are lost. It can reset every connection at intervals.
/// </summary>
internal static class NumbersServer
{
    /// <summary>How often a line sends the messages that are due.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);

    /// <summary>The most messages in one write; a line that is behind writes several times.</summary>
    private const int MostPerWrite = 500;

    private static readonly ConcurrentDictionary<string, long> Started = new();
    private static readonly ConcurrentDictionary<Socket, string> Connected = new();

    /// <summary>Prints its port, serves until its input ends, then prints how many connections it has reset.</summary>
    /// <param name="rate">Messages per second of each line.</param>
    /// <param name="cutEvery">The interval between resets of every connection; zero for no resets.</param>
    public static async Task RunAsync(double rate, TimeSpan cutEvery)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 1024);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        var end = Task.Run(Console.ReadLine); // Console.In reads synchronously, even its async methods
        using var stop = new CancellationTokenSource();
        var cutting = CutAsync(cutEvery, stop.Token);
        while (true)
        {
            var accepting = listener.AcceptSocketAsync();
            if (await Task.WhenAny(accepting, end) == end)
                break;
            _ = ServeAsync(await accepting, rate);
        }
        await stop.CancelAsync();
        Console.WriteLine((await cutting).ToString(CultureInfo.InvariantCulture));
    }

    private static async Task ServeAsync(Socket socket, double rate)
    {
        try
        {
            socket.NoDelay = true;
            var name = (await ServerHandshake.AcceptAsync(socket)).TrimStart('/');
            var started = Started.GetOrAdd(name, _ => Stopwatch.GetTimestamp());
            Connected[socket] = name;
            var frames = new byte[MostPerWrite * NumberedMessage.FrameSize];
            using var beat = new PeriodicTimer(Beat);
            for (var next = Due(); await beat.WaitForNextTickAsync();)
            {
                for (var due = Due(); next < due;)
                {
                    var count = 0;
                    for (; count < MostPerWrite && next < due; count++, next++)
                        NumberedMessage.WriteFrame(frames.AsSpan(count * NumberedMessage.FrameSize), name, next);
                    await socket.SendAsync(frames.AsMemory(0, count * NumberedMessage.FrameSize));
                }
            }

            long Due() => (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate);
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

    private static async Task<int> CutAsync(TimeSpan every, CancellationToken stop)
    {
        var cuts = 0;
        if (every == TimeSpan.Zero)
            return cuts;
        using var timer = new PeriodicTimer(every);
        while (await Tick(timer, stop))
            cuts += Connected.Keys.Count(Reset);
        return cuts;
    }

    private static bool Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0); // RST
            socket.Dispose();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false; // it has ended by itself meanwhile
        }
    }

    private static async ValueTask<bool> Tick(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
