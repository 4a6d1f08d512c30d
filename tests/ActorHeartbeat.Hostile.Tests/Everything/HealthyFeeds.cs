using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests.Everything;

/// <summary>
/// The healthy feeds, and the reader of all of them. The server numbers the ticks of each feed from 1; the reader wants each
/// number once and in order. The reader comes before the feeds, so that it sees the first tick too.
/// </summary>
/// <remarks>
/// The service keeps 1,024 events for a reader of HTTP that is late: one second of 500 feeds, but ten seconds of 50. A machine that is
/// busy with all the troubles stands still for a second, and so the reader has a stream for each 50 feeds.
/// </remarks>
internal sealed class HealthyFeeds : IDisposable
{
    private const int FeedsOfStream = 50;

    private readonly HttpClient _http;
    private readonly FeedServer _server;
    private readonly Dictionary<string, long> _last;
    private readonly CancellationTokenSource _over = new();
    private Task[] _reading = [];
    private long _seen;
    private long _missed;
    private string? _why;

    public HealthyFeeds(Uri api, FeedServer server, int count)
    {
        _http = new HttpClient { BaseAddress = api, Timeout = Timeout.InfiniteTimeSpan };
        _server = server;
        _last = Enumerable.Range(0, count).ToDictionary(number => $"healthy-{number:000}", _ => 0L, StringComparer.Ordinal);
    }

    /// <summary>The endpoints in HOCON.</summary>
    public string Configuration => string.Join('\n', _last.Keys.Select(name =>
        $"{name} {{ url = \"{_server.UrlOf(FeedPath.Ticker, name, "rate=2")}\", labels.stream = {StreamOf(name)} }}"));

    public bool AreOpen => _last.Keys.All(name => _server.History(name).Ticks > 0);

    /// <summary>The ticks that the server has sent.</summary>
    public long Expected => _last.Keys.Sum(name => _server.History(name).Ticks);

    public long Seen => Volatile.Read(ref _seen);

    public long Missed => Volatile.Read(ref _missed);

    /// <summary>The feeds that were connected more than once.</summary>
    public int Reconnected => _last.Keys.Count(name => _server.History(name).Accepts != 1);

    /// <summary>Whether a stream has ended, which it must not before the service stops.</summary>
    public bool HasEnded => _reading.Any(stream => stream.IsCompleted);

    /// <summary>The first gap or tick that was missed, or how a stream failed; null when neither happened.</summary>
    public string? Why => _why;

    /// <summary>Begins to read; the streams are open when this returns.</summary>
    public async Task BeginAsync() => _reading = await Task.WhenAll(_last.Keys.Select(StreamOf).Distinct().Select(OpenAsync));

    /// <summary>Waits until every tick has come that the server has sent by now. False when that takes too long.</summary>
    public async Task<bool> CatchUpAsync(TimeSpan within)
    {
        var sent = _last.Keys.ToDictionary(name => name, name => _server.History(name).Ticks, StringComparer.Ordinal);
        using var deadline = new CancellationTokenSource(within);
        while (!sent.All(feed => LastOf(feed.Key) >= feed.Value))
        {
            if (deadline.IsCancellationRequested)
                return false;
            await Task.Delay(50);
        }
        return true;
    }

    public void Dispose()
    {
        _over.Cancel();
        _http.Dispose();
        _over.Dispose();
    }

    private static string StreamOf(string name) => $"healthy-{int.Parse(name.AsSpan(8), CultureInfo.InvariantCulture) / FeedsOfStream}";

    private async Task<Task> OpenAsync(string stream)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/events?select=stream={stream}");
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _over.Token);
        response.EnsureSuccessStatusCode();
        return ReadAsync(response, _over.Token);
    }

    private long LastOf(string name)
    {
        lock (_last)
            return _last[name];
    }

    private async Task ReadAsync(HttpResponseMessage response, CancellationToken over)
    {
        try
        {
            using var received = response;
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(over));
            while (await lines.ReadLineAsync(over) is { } line)
                Take(line);
        }
        catch (Exception ended) when (ended is IOException or HttpRequestException or OperationCanceledException)
        {
            _why ??= ended.Message;
        }
    }

    private void Take(string line)
    {
        using var document = JsonDocument.Parse(line);
        var feedEvent = document.RootElement;
        if (feedEvent.GetProperty("type").GetString() is var type && type != "text")
        {
            _why ??= type == "gap" ? line : null;
            return;
        }
        using var tick = JsonDocument.Parse(feedEvent.GetProperty("text").GetString()!); // not null: a text event has a text
        var (name, number) = (feedEvent.GetProperty("endpoint").GetString()!, tick.RootElement.GetProperty("seq").GetInt64());
        lock (_last)
        {
            var last = _last[name];
            if (number != last + 1)
            {
                Volatile.Write(ref _missed, _missed + Math.Abs(number - last - 1));
                _why ??= $"{name}: tick {number} came after tick {last}: {line}";
            }
            _last[name] = number;
        }
        Interlocked.Increment(ref _seen);
    }
}
