using System.Diagnostics;
using System.Globalization;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Runs many endpoints at a total rate with a subscriber each. The first endpoint has a second subscriber that stops reading.
/// </summary>
internal static class VolumeShow
{
    /// <summary>
    /// Two seconds of messages at the promised rate: a pause of the machine that long must not cost any subscriber a message.
    /// </summary>
    private const int Capacity = 4096;

    /// <summary>The capacity of the subscriber that stops reading, so small that it overflows in a show of any size.</summary>
    private const int LazyCapacity = 256;

    /// <summary>Leaves connecting and the first compilations of the runtime out of the measurement.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(int endpoints, double rate, TimeSpan duration, double atLeast)
    {
        using var server = new ChildProcess("numbers-server", (rate / endpoints).ToString(CultureInfo.InvariantCulture), "0");
        var port = await server.ReadLineAsync();
        await using var supervised = new Supervised(endpoints, index => new Uri($"ws://127.0.0.1:{port}/e{index}"));
        var options = new SubscriptionOptions { Capacity = Capacity };
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lazy = new Books("e0");
        var books = Enumerable.Range(0, endpoints).Select(index => new Books($"e{index}")).ToArray();
        Task[] reading =
        [
            Readers.StopReadingAsync(
                supervised.Feeds.Subscribe(Supervised.IdOf(0), options with { Capacity = LazyCapacity }), lazy, after: 100, goOn.Task),
            .. books.Select((each, index) => Readers.EnumerateAsync(supervised.Feeds.Subscribe(Supervised.IdOf(index), options), each)),
        ];

        await supervised.StartAsync();
        await Task.Delay(WarmUp);
        var (before, cpu, begun) = (books.Sum(each => each.Received), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        var (received, used, elapsed) = (
            books.Sum(each => each.Received) - before, Environment.CpuUsage.TotalTime - cpu, Stopwatch.GetElapsedTime(begun));
        await supervised.DrainAsync();
        goOn.SetResult();
        await Task.WhenAll(reading);

        var perSecond = received / elapsed.TotalSeconds;
        var faults = books.Append(lazy).Where(each => each.Fault is not null).Select(each => each.Fault!).ToArray();
        var (total, lost, outages) = (books.Sum(each => each.Received), books.Sum(each => each.Lost), books.Sum(each => each.Outages));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{endpoints} endpoints, {perSecond:n0} messages/s of {NumberedMessage.Size} B for {elapsed.TotalSeconds:0.0} s, "
                    + $"{used / elapsed:0.00} cores of this process, {used.TotalMicroseconds / Math.Max(1, received):0.00} us a message; "
                    + $"{total:n0} messages checked"));
        Console.WriteLine(
            $"the one that stopped reading: {lazy.Received:n0} received, {lazy.Lost:n0} lost; the others: {lost:n0} lost, "
                + $"{outages:n0} outages");
        return DeliveryShows.Verdict(
            (perSecond >= atLeast * rate, string.Create(CultureInfo.InvariantCulture, $"at least {atLeast:0.##} x {rate:n0} messages/s")),
            (
                faults.Length == 0,
                $"every subscriber's sequence is contiguous or explained, by content{(faults.Length == 0 ? "" : $": {faults[0]}")}"),
            (books.All(each => each.Received > 0), "every endpoint was heard"),
            (lost == 0, "nobody who reads loses anything"),
            (lazy.Lost > 0 && lazy.Accounted == books[0].Accounted, "who stops reading loses only its own, and is told how much"));
    }
}
