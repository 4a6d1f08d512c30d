using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Service.Events;

/// <summary>Prints the events of all streams, one at a time.</summary>
/// <param name="output">Receives the lines.</param>
/// <param name="format">text: time, endpoint, epoch/seq, type and content; json: the event as it came, but for escapes.</param>
/// <param name="count">Number of events to print; null for no limit.</param>
/// <param name="hasMessages">Whether to print the messages of peers, beside what becomes of endpoints.</param>
internal sealed class TailPrinter(TextWriter output, VerbFormat format, int? count, bool hasMessages = true)
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _full = new();
    private int _printed;

    /// <summary>Cancelled when the last event has been printed.</summary>
    public CancellationToken Full => _full.Token;

    public async ValueTask Print(string json)
    {
        if (!hasMessages && IsMessage(json))
            return;
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (_printed == count)
                return;
            await output.WriteLineAsync(format == VerbFormat.Json ? PeerText.OfJson(json) : Line(json));
            await output.FlushAsync(CancellationToken.None);
            if (++_printed == count)
                await _full.CancelAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private static bool IsMessage(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("type").GetString() is "text" or "binary";
    }

    private static string Line(string json)
    {
        using var document = JsonDocument.Parse(json);
        var feedEvent = document.RootElement;
        var time = feedEvent.GetProperty("time").GetDateTimeOffset().ToUniversalTime();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{time:HH:mm:ss.fff} {feedEvent.GetProperty("endpoint").GetString(),-20} "
                + $"{feedEvent.GetProperty("epoch").GetInt32()}/{feedEvent.GetProperty("seq").GetInt64()} ")
            + PeerText.Of(ContentOf(feedEvent), int.MaxValue);
    }

    private static string ContentOf(JsonElement feedEvent) => feedEvent.GetProperty("type").GetString() switch
    {
        "text" when feedEvent.TryGetProperty("text", out var text) => $"text   {text.GetString()}",
        "text" or "binary" => $"binary {feedEvent.GetProperty("base64").GetString()}",
        "gap" => $"gap    {KeyOf(feedEvent)}{Gap(feedEvent.GetProperty("gap"))}",
        "subscription" => $"key    {KeyOf(feedEvent)}{feedEvent.GetProperty("state").GetString()}{Because(feedEvent)}",
        "state" => $"state  {feedEvent.GetProperty("state").GetString()} {feedEvent.GetProperty("cause").GetString()}".TrimEnd(),
        _ => $"drain  {feedEvent.GetProperty("reason").GetString()}",
    };

    private static string KeyOf(JsonElement feedEvent) =>
        feedEvent.TryGetProperty("subscription", out var key) ? $"{key.GetString()} " : "";

    private static string Because(JsonElement feedEvent) =>
        feedEvent.GetProperty("cause").GetString() is { Length: > 0 } cause ? $": {cause}" : "";

    private static string Gap(JsonElement gap) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{gap.GetProperty("reason").GetString()} from {gap.GetProperty("from").GetInt64()}{To(gap)}, "
                + $"{gap.GetProperty("durationSeconds").GetDouble():0.0##} s: {gap.GetProperty("cause").GetString()}");

    private static string To(JsonElement gap) => gap.TryGetProperty("to", out var to) ? $" to {to.GetInt64()}" : "";
}
