using System.Diagnostics;
using System.Globalization;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Benchmarks.Transport;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>
/// Shows that all keys become accepted on a line whose connections live shorter than the asking for all of them takes, in about the time
/// that the rates allow: of each connection only the answers that are on their way when it is cut are lost.
/// </summary>
internal static class KeyConvergence
{
    public static async Task<int> RunAsync(int keys, int batch, double sendRate, double answers, double cutEvery, double patience)
    {
        using var server = new ChildProcess(
            ["keys-server", .. new[] { 0, 0, answers, cutEvery }.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        var url = new Uri($"ws://127.0.0.1:{await server.ReadLineAsync()}/");
        var words = KeyWords.Trades(keys) with { Batch = batch, Timeout = TimeSpan.FromMinutes(1) };
        var endpoint = KeyWords.Endpoint(url, words) with
        {
            Backoff = new BackoffSettings { Initial = TimeSpan.FromMilliseconds(100), Max = TimeSpan.FromMilliseconds(500) },
        };
        var begun = Stopwatch.GetTimestamp();
        await using var client = await KeyClient.StartAsync(endpoint, new Rate(sendRate, TimeSpan.FromSeconds(1)));
        while (client.Heard.Accepted < keys && Stopwatch.GetElapsedTime(begun).TotalSeconds < patience)
            await Task.Delay(10);
        var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var (accepted, said) = (client.Heard.Accepted, (await server.EndAsync()).Split(' ').Select(long.Parse).ToArray());
        var onePass = keys / Math.Min(sendRate * batch, answers);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{keys} keys, batch {batch}, {sendRate:0.##} messages/s, {answers:0} answers/s, cut every {cutEvery:0.#} s; one pass takes "
                + $"{onePass:0} s: {accepted} accepted after {took:0.0} s on {said[0]} connections, {said[1]} messages asked for {said[2]} "
                + $"keys, {said[2] / (double)keys:0.00} times each, {said[3]} answered"));
        return DeliveryShows.Verdict((accepted == keys, $"all {keys} keys become accepted"));
    }
}
