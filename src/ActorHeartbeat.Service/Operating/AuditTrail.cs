using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Protocol;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>A line of the audit log.</summary>
/// <param name="Json">As it stands in the file.</param>
/// <param name="Time">When; null for a line that is none of ours.</param>
/// <param name="Who">The caller; empty for a stranger.</param>
internal sealed record AuditEntry(string Json, DateTimeOffset? Time, string Who, string From, string What, string Answer)
{
    public static AuditEntry Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var entry = document.RootElement;
            if (entry.TryGetProperty("lost", out var lost))
                return new AuditEntry(line, entry.GetProperty("time").GetDateTimeOffset(), "", "", $"{lost} lines were not written", "");
            return new AuditEntry(
                line,
                entry.GetProperty("time").GetDateTimeOffset(),
                Text(entry, "who"),
                Text(entry, "from"),
                $"{Text(entry, "method")} {Text(entry, "path")}{Query(entry)}",
                Text(entry, "status"));
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new AuditEntry(line, null, "", "", $"no line of an audit log: {line}", "");
        }
    }

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) ? PeerText.Of(value.ToString()) : "";

    private static string Query(JsonElement entry)
    {
        var names = entry.GetProperty("query").EnumerateArray().Select(name => PeerText.Of(name.GetString()));
        var query = string.Join('&', names);
        return query.Length > 0 ? $"?{query}" : "";
    }
}

/// <summary>The audit log for eyes, the oldest first.</summary>
internal static class AuditPage
{
    public static IRenderable Of(IReadOnlyList<AuditEntry> entries, int width) => SizedTable.Of(
        [
            new("TIME (UTC)", 19, row => new Cell(Spell(entries[row].Time), Palette.Plain)),
            new("WHO", 20, row => new Cell(entries[row].Who is "" ? "-" : entries[row].Who, Palette.Strong)),
            new("FROM", 39, row => new Cell(entries[row].From, Palette.Plain)),
            new("ANSWER", 6, row => new Cell(entries[row].Answer, entries[row].Answer is ['2', ..] ? Palette.Good : Palette.Bad)),
            new("WHAT", int.MaxValue, row => new Cell(entries[row].What, Palette.Plain)),
        ],
        entries.Count,
        width);

    private static string Spell(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "?";
}
