using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ActorHeartbeat.Benchmarks.Transport;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// What a message of 128 B costs the service until a reader of its event stream has it: the processor time of the service, its receiving
/// included, over the messages times the readers. No message may be dropped for it. Server and readers are other processes.
/// </summary>
internal static class StreamsShow
{
    /// <summary>The promise, in microseconds.</summary>
    private const double Most = 1.5;

    private static readonly TimeSpan
        Warm = TimeSpan.FromSeconds(4),
        Patience = TimeSpan.FromSeconds(30),
        Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Fewer messages for more readers, so that the two cores have time to spare.</summary>
    private static readonly (int Readers, int Rate)[] Cases = [(1, 150_000), (10, 50_000), (100, 5_000)];

    /// <param name="service">The assembly of the service.</param>
    /// <param name="duration">How long each number of readers is looked at.</param>
    public static async Task<int> RunAsync(string service, TimeSpan duration)
    {
        var promises = new List<(bool, string)>();
        foreach (var (readers, rate) in Cases)
            promises.Add(await MeasureAsync(service, readers, rate, duration));
        return DeliveryShows.Verdict([.. promises]);
    }

    private static async Task<(bool, string)> MeasureAsync(string service, int readers, int rate, TimeSpan duration)
    {
        var folder = Directory.CreateTempSubdirectory("streams-");
        try
        {
            using var server = new ChildProcess("numbers-server", rate.ToString(CultureInfo.InvariantCulture), "0");
            var socket = Path.Combine(folder.FullName, "api.sock");
            var file = Path.Combine(folder.FullName, "service.conf");
            await File.WriteAllTextAsync(
                file,
                $$"""
                actor-heartbeat {
                  http.listen = "unix:{{socket}}", log.level = error
                  endpoints.line {
                    url = "ws://127.0.0.1:{{await server.ReadLineAsync()}}/line", proxy = none, limits.overflow = pause-reading
                  }
                }
                """);
            using var process = ChildProcess.Of("dotnet", service, "run", file);
            using var api = new HttpClient(Over(socket)) { BaseAddress = new Uri("http://localhost") };
            for (var begun = TimeProvider.System.GetTimestamp(); !File.Exists(socket) || await CountAsync(api) is (0, _);)
            {
                if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                    throw new TimeoutException($"no message reached the service within {Patience.TotalSeconds:0} s");
                await Task.Delay(Look, TimeProvider.System);
            }
            using var stop = new CancellationTokenSource();
            var reading = Enumerable.Range(0, readers).Select(_ => ReadAsync(api, stop.Token)).ToArray();
            await Task.Delay(Warm, TimeProvider.System);

            var (before, cpu) = (await CountAsync(api), ProcessorTime.Of(process.Id));
            await Task.Delay(duration, TimeProvider.System);
            var (after, used) = (await CountAsync(api), ProcessorTime.Of(process.Id) - cpu);
            await stop.CancelAsync();
            await Task.WhenAll(reading);
            var (messages, dropped) = (after.In - before.In, after.Dropped - before.Dropped);
            var cost = used * 1e6 / (messages * readers);
            return (
                cost <= Most && dropped == 0,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{readers,3} readers, {messages / duration.TotalSeconds:n0} messages/s: {cost:0.00} us a message and reader "
                        + $"(at most {Most}), {dropped} dropped, {used / duration.TotalSeconds:0.0%} of a core"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static SocketsHttpHandler Over(string file) => new()
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(file), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private static async Task<(long In, long Dropped)> CountAsync(HttpClient api)
    {
        try
        {
            var endpoint = await api.GetFromJsonAsync<JsonElement>("v1/endpoints/line");
            var metrics = await api.GetStringAsync("metrics");
            var dropped = metrics.Split('\n')
                .Where(line => line.StartsWith("actorheartbeat_feed_dropped", StringComparison.Ordinal))
                .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
            return (endpoint.GetProperty("messages").GetProperty("in").GetInt64(), (long)dropped);
        }
        catch (HttpRequestException)
        {
            return default; // it does not listen yet
        }
    }

    private static async Task ReadAsync(HttpClient api, CancellationToken stop)
    {
        try
        {
            await using var events = await api.GetStreamAsync("v1/endpoints/line/events", stop);
            await events.CopyToAsync(Stream.Null, 64 * 1024, stop);
        }
        catch (OperationCanceledException)
        {
            // It has read enough.
        }
    }
}
