using System.Diagnostics;
using System.Text;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests.Everything;

/// <summary>
/// Everything that goes wrong around the service, again and again until disposal: upstreams that flap, refuse and talk too much, secrets
/// and certificates that hang, a log that is not read, guests who take places, sink files that others move and shorten, and a storm of
/// reloads, most of them of files that cost more than they look.
/// </summary>
internal sealed class Troubles : IAsyncDisposable
{
    public const string Heading = "reloads by status, guests, rotations, flaps";

    private const int Flapping = 20, Hung = 40, Streams = 40, Idle = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FeedServer _server;
    private readonly TimeSpan _shutdownTimeout;
    private readonly CancellationTokenSource _over = new();
    private readonly RawPeer _talks = new(_ => Encoding.Latin1.GetBytes(
        $"HTTP/1.1 503 {new string('A', 60_000)}\u001b[2J\r\nX: {new string('B', 2000)}\u001b[2J\r\n\r\n"));

    private readonly Dictionary<string, int> _reloads = new(StringComparer.Ordinal);
    private readonly List<Task> _running = [];
    private string _healthy = "";
    private int _guests;
    private int _rotations;
    private long _slowest;

    private Troubles(FeedServer server, TimeSpan shutdownTimeout) => (_server, _shutdownTimeout) = (server, shutdownTimeout);

    public ReloadFile File { get; } = new();

    /// <summary>The longest time that liveness took to answer.</summary>
    public TimeSpan SlowestLife => TimeSpan.FromTicks(Volatile.Read(ref _slowest));

    /// <summary>Makes the files, and the configuration without the healthy feeds.</summary>
    public static Task<Troubles> MakeAsync(FeedServer server, TimeSpan shutdownTimeout)
    {
        var troubles = new Troubles(server, shutdownTimeout);
        Fifo.Make(troubles.PathOf("fifo"));
        troubles.File.Save(troubles.Good(0));
        return Task.FromResult(troubles);
    }

    /// <summary>Adds the healthy feeds by a reload, stops reading the log, and begins.</summary>
    public async Task BeginAsync(ServiceProcess service, string healthy)
    {
        _healthy = healthy;
        File.Save(Good(1));
        var outcome = (await service.PostAsync("/v1/config/reload")).GetProperty("outcome").GetString();
        Assert.Equal("applied", outcome);
        service.StopReading();
        _running.AddRange(
            Repeat(TimeSpan.FromSeconds(1), _ => LiveAsync(service)),
            Repeat(TimeSpan.FromMilliseconds(500), round => ReloadAsync(service, round)),
            Repeat(TimeSpan.FromSeconds(5), _ => VisitAsync(service)),
            Repeat(TimeSpan.FromSeconds(3), RotateAsync));
    }

    public override string ToString()
    {
        lock (_reloads)
        {
            var reloads = _reloads.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}:{entry.Value}");
            var flaps = Enumerable.Range(0, Flapping).Sum(number => _server.History($"flap-{number}").Accepts);
            return $"{string.Join(' ', reloads)}, {_guests}, {_rotations}, {flaps}";
        }
    }

    /// <summary>Ends the troubles; they last longer than the service, which must end in the middle of them.</summary>
    public async Task EndAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _talks.DisposeAsync();
        File.Dispose();
        _over.Dispose();
    }

    /// <summary>A configuration that is right; its round changes an endpoint without harm.</summary>
    private string Good(int round) =>
        ReloadFile.Service(
            string.Join(
                '\n',
                [
                    _healthy,
                    .. Enumerable.Range(0, Flapping).Select(number =>
                        $"flap-{number} {{ url = \"{_server.UrlOf(FeedPath.Flap, $"flap-{number}", "code=1012&after=0")}\", {Fast} }}"),
                    .. Enumerable.Range(0, Hung).Select(number =>
                        $"hung-{number} {{ url = \"wss://127.0.0.1:1/\", {Fast}, {Hangs(number)} }}"),
                    $"talks {{ url = \"{_talks.Url}\", {Fast} }}",
                    $"noisy {{ url = \"{_server.UrlOf(FeedPath.Ticker, "noisy", "rate=200&size=500")}\"",
                    $"labels {{ tier = noisy, round = r{round} }} }}",
                ]),
            defaults: "heartbeat { interval = 10s, timeout = 10s }")
        + $$"""

            actor-heartbeat {
              log.level = debug
              supervisor { shutdown-timeout = {{_shutdownTimeout.TotalSeconds}}s }
              state.path = "{{PathOf("state.db")}}"
              sinks.noisy { type = file, path = "{{PathOf("noisy.ndjson")}}", select = "tier=noisy", rotate { size = 1MiB, keep = 2 } }
            }

            """;

    private static string Fast => "backoff { initial = 250ms, max = 250ms, jitter = none }, outcomes.rules = []";

    private string Hangs(int number) => (number % 4) switch
    {
        0 => $"headers.A {{ file = \"{PathOf("fifo")}\" }}",
        1 => "headers.A { file = \"/dev/zero\" }",
        2 => $"tls.client-cert = \"{PathOf("fifo")}\"",
        _ => $"tls.ca-file = \"{PathOf("fifo")}\"",
    };

    private string PathOf(string name) => Path.Combine(File.Folder, name);

    private async Task LiveAsync(ServiceProcess service)
    {
        using var http = new HttpClient { BaseAddress = service.Api, Timeout = Patience }; // a connection of its own, as probes have
        var start = Stopwatch.GetTimestamp();
        using var answer = await http.GetAsync("/healthz/live", _over.Token);
        Assert.Equal(200, (int)answer.StatusCode);
        Volatile.Write(ref _slowest, Math.Max(_slowest, Stopwatch.GetElapsedTime(start).Ticks));
    }

    /// <summary>Every second file is right. The reload comes in every way at once.</summary>
    private async Task ReloadAsync(ServiceProcess service, int round)
    {
        var hostile = HostileFiles.All[round / 2 % HostileFiles.All.Count];
        if (round % 2 == 1)
            hostile.Write(File.FullName, Good(round));
        else
            File.Save(Good(round));
        try
        {
            using var http = new HttpClient { BaseAddress = service.Api, Timeout = Patience };
            var asked = Enumerable.Range(0, 20).Select(_ => http.PostAsync("/v1/config/reload", null, _over.Token)).ToArray();
            await service.SignalAsync("HUP");
            foreach (var answer in await Task.WhenAll(asked))
            {
                Count($"{(int)answer.StatusCode}");
                answer.Dispose();
            }
        }
        finally
        {
            HostileFile.Remove(File.FullName);
        }
    }

    /// <summary>Guests who stay for a while: idle ones, readers who do not read, and half requests.</summary>
    private async Task VisitAsync(ServiceProcess service)
    {
        using var guests = new Guests(service.Api);
        await guests.ComeAsync(Idle);
        await guests.ComeAsync(Streams, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await guests.ComeAsync(Idle / 4, "POST /v1/endpoints/noisy/send HTTP/1.1\r\nHost: loc");
        for (var client = 0; client < 5; client++)
            await guests.ComeSlowlyAsync(TimeSpan.FromSeconds(1), "GET /v1/endpoints HTTP/1.1\r\n");
        _guests += Idle + Streams + (Idle / 4) + 5;
        await Task.Delay(TimeSpan.FromSeconds(20), _over.Token);
    }

    /// <summary>Does to the file of a sink what others do.</summary>
    private Task RotateAsync(int round)
    {
        var path = PathOf("noisy.ndjson");
        if (System.IO.File.Exists(path))
        {
            if (round % 3 == 0)
                System.IO.File.Delete(path);
            else if (round % 3 == 1)
                System.IO.File.Move(path, PathOf("noisy.moved"), overwrite: true);
            else
                System.IO.File.WriteAllText(path, "");
            _rotations++;
        }
        return Task.CompletedTask;
    }

    private void Count(string outcome)
    {
        lock (_reloads)
            _reloads[outcome] = _reloads.GetValueOrDefault(outcome) + 1;
    }

    private async Task Repeat(TimeSpan pause, Func<int, Task> trouble)
    {
        for (var round = 0; !_over.IsCancellationRequested; round++)
        {
            try
            {
                await trouble(round);
                await Task.Delay(pause, _over.Token);
            }
            // The service has ended, or has refused this guest; a signal is asserted to reach it.
            catch (Exception failed)
                when (failed is HttpRequestException or IOException or OperationCanceledException or Xunit.Sdk.XunitException)
            {
                Count(_over.IsCancellationRequested ? "over" : "failed");
            }
        }
    }
}
