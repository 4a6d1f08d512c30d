using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Events;

/// <summary>
/// Follows one stream of a running service. After its first connection
/// it always reconnects, each time after the last event that it received.
/// </summary>
/// <param name="client">The client, whose base address is the service.</param>
/// <param name="path">The stream.</param>
/// <param name="after">The event id to begin after; null begins live.</param>
/// <param name="time">The clock of the delay between attempts.</param>
internal sealed class EventTail(HttpClient client, string path, string? after, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>The answer to a request must begin within this time; streams begin at once.</summary>
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(string Instance, string Endpoint), long> _printed = [];
    private string? _lastId = after;
    private bool _wasConnected;

    /// <summary>Returns when it is stopped.</summary>
    /// <exception cref="TailException">The service cannot be reached at first, or refuses the stream.</exception>
    public async Task Run(Func<string, ValueTask> print, TextWriter error, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Follow(print, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem) when (problem is HttpRequestException or HttpIOException or TimeoutException)
            {
                if (!_wasConnected)
                    // The base address is not null: the verb has set it.
                    throw new TailException($"{new Uri(client.BaseAddress!, path)}: {NoAnswer.Reason(problem)}");
                await error.WriteLineAsync($"{path}: {problem.Message}; going on after {_lastId ?? "now"} as soon as it is there again");
            }
            // A bare delay: a verb has no actor system.
            await Task.Delay(RetryDelay, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Follow(Func<string, ValueTask> print, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_lastId is { } id)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", id);
        using var response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop)
            .WaitAsync(ConnectDeadline, time, stop);
        if (!response.IsSuccessStatusCode)
            await Refused(response, stop);
        _wasConnected = true;
        var events = SseParser.Create(await response.Content.ReadAsStreamAsync(stop), static (_, data) => Encoding.UTF8.GetString(data));
        await foreach (var item in events.EnumerateAsync(stop))
        {
            if (IsNew(item.Data))
                await print(item.Data);
            if (events.LastEventId.Length > 0)
                _lastId = events.LastEventId;
        }
    }

    /// <summary>
    /// In a stream of many endpoints the last id may be older than the last event, so that a resumed stream repeats a few.
    /// </summary>
    private bool IsNew(string json)
    {
        using var document = JsonDocument.Parse(json);
        var feedEvent = document.RootElement;
        if (feedEvent.GetProperty("type").GetString() is "state" or "subscription" or "drain") // these have no number
            return true;
        var source = (feedEvent.GetProperty("instance").GetString() ?? "", feedEvent.GetProperty("endpoint").GetString() ?? "");
        var seq = feedEvent.GetProperty("seq").GetInt64();
        if (_printed.TryGetValue(source, out var last) && seq <= last)
            return false;
        _printed[source] = seq;
        return true;
    }

    private async Task Refused(HttpResponseMessage response, CancellationToken stop)
    {
        var body = await response.Content.ReadAsStringAsync(stop);
        if ((int)response.StatusCode >= 500 && _wasConnected)
            throw new HttpRequestException($"{(int)response.StatusCode}: {Problem.DetailOf(body)}");
        // Not null: the verb has set the base address.
        throw new TailException($"{new Uri(client.BaseAddress!, path)}: {(int)response.StatusCode}: {Problem.DetailOf(body)}");
    }
}

/// <summary>Thrown when a stream cannot be followed; the message names the stream and the reason.</summary>
internal sealed class TailException(string message) : Exception(message);
