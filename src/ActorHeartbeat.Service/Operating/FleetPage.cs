using System.Globalization;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>All endpoints at a glance: a strip of counts, and a table with the worst first.</summary>
/// <param name="Standings">The endpoints, the worst first.</param>
/// <param name="Now">The time of the answer.</param>
internal sealed record FleetPage(IReadOnlyList<Standing> Standings, DateTimeOffset Now)
{
    /// <summary>From this width on the table has room for figures.</summary>
    private const int Wide = 120;

    public const int LinesAroundRows = 3; // strip, head, and what is left out

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private static readonly string[] Order = ["failed", "backing-off", "connecting", "awaiting-pong", "open", "paused"];

    /// <param name="width">The columns of the screen.</param>
    /// <param name="height">The rows that the page may take; those that do not fit are counted.</param>
    public IRenderable Render(int width, int height)
    {
        var room = Math.Max(1, height - LinesAroundRows);
        var shown = Standings.Count <= room + 1 ? Standings : [.. Standings.Take(room)];
        var columns = Columns(shown, width >= Wide);
        var parts = new List<IRenderable> { Strip(width), SizedTable.Of(columns, shown.Count, width) };
        if (shown.Count < Standings.Count)
        {
            var more = Standings.Count - shown.Count;
            parts.Add(new Text(string.Create(CultureInfo.InvariantCulture, $"and {more} more"), Palette.Quiet));
        }
        return new Rows(parts);
    }

    /// <summary>The worst one that is not as it should be; null when all are.</summary>
    public Standing? Worst => Standings is [{ Concern: < Concern.Paused } worst, ..] ? worst : null;

    private Paragraph Strip(int width)
    {
        var strip = new Paragraph();
        var left = width;
        foreach (var (text, style) in Counts())
        {
            strip.Append(PeerText.Of(text, left), style);
            left -= text.Length;
            if (left <= 0)
                break;
        }
        return strip;
    }

    private IEnumerable<(string Text, Style Style)> Counts()
    {
        var noun = Standings.Count == 1 ? "endpoint" : "endpoints";
        yield return (string.Create(CultureInfo.InvariantCulture, $"{Standings.Count} {noun}"), Palette.Strong);
        var counts = Standings.CountBy(each => each.State).ToDictionary(StringComparer.Ordinal);
        foreach (var state in Order.Where(counts.ContainsKey))
            yield return (string.Create(CultureInfo.InvariantCulture, $"  {counts[state]} {state}"), Palette.OfState(state));
        if (Standings.Count(each => each.Concern <= Concern.Down && Now - each.Since > Long) is > 0 and var down)
            yield return (string.Create(CultureInfo.InvariantCulture, $"  {down} down for over 5 min"), Palette.Bad);
    }

    private IReadOnlyList<SizedColumn> Columns(IReadOnlyList<Standing> shown, bool isWide)
    {
        List<SizedColumn> columns =
        [
            new("ENDPOINT", isWide ? 48 : 24, row => new Cell(shown[row].Endpoint.Id, Palette.Strong)),
            new("STATE", 13, row => new Cell(shown[row].State, Palette.Of(shown[row].Concern))),
            new("FOR", 7, row => new Cell(Ages.Since(shown[row].Since, Now), Palette.Plain)),
            new("NEXT TRY", 9, row => new Cell(NextTry(shown[row].Endpoint), Palette.Plain)),
        ];
        if (isWide)
        {
            columns.Add(new("TRY", 6, row => new Cell(Try(shown[row]), Palette.Plain)));
            columns.Add(new("ROUND TRIP", 11, row => new Cell(RoundTrip(shown[row].Endpoint), Palette.Plain)));
            columns.Add(new("MESSAGES", 12, row => new Cell(Number(shown[row].Endpoint.Messages.In), Palette.Plain)));
            columns.Add(new("LAST", 7, row => new Cell(Last(shown[row].Endpoint), Palette.Plain)));
        }
        columns.Add(new("WHY", int.MaxValue, row => new Cell(shown[row].Why, Palette.Of(shown[row].Concern))));
        return columns;
    }

    private string NextTry(EndpointView endpoint) => endpoint.RetryAt is { } at ? Ages.Until(at, Now) : "";

    private static string Try(Standing standing) =>
        standing.Concern is Concern.Down or Concern.Starting or Concern.Shaky ? Number(standing.Endpoint.Attempt) : "";

    private static string RoundTrip(EndpointView endpoint) =>
        endpoint.RttMs.Last is { } last ? string.Create(CultureInfo.InvariantCulture, $"{last:0.0} ms") : "";

    private string Last(EndpointView endpoint) => endpoint.LastInboundAt is { } at ? Ages.Since(at, Now) : "";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
