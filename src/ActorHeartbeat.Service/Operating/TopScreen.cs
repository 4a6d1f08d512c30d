using System.Globalization;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>What <c>top</c> knows at one moment. Pure.</summary>
/// <param name="Endpoints">Those of the newest answer; null before the first.</param>
/// <param name="At">When that came.</param>
/// <param name="Problem">Why there is no newer one; null when there is.</param>
/// <param name="Service">The service.</param>
/// <param name="Typed">Spells the command of a verb for an endpoint.</param>
internal sealed record TopScreen(
    IReadOnlyList<EndpointView>? Endpoints, DateTimeOffset At, string? Problem, string Service, Func<string, string, string> Typed)
{
    private const int LinesAroundPage = 2; // the first line, and one that stays free, or the screen would scroll

    /// <summary>From this height on there is room to say more of the worst endpoints.</summary>
    private const int Tall = 16;

    private const int MostDetails = 5;

    public IRenderable Render(int width, int height, DateTimeOffset now)
    {
        var parts = new List<IRenderable> { FirstLine(width, now) };
        if (Endpoints is not null)
        {
            var standings = Standing.WorstFirst(Endpoints);
            var room = height - LinesAroundPage;
            var details = height < Tall ? [] : Details(standings, room, width, now);
            parts.Add(new FleetPage(standings, now).Render(width, room - details.Count));
            parts.AddRange(details);
        }
        return new Rows(parts);
    }

    /// <summary>What the table cuts, for the worst endpoints: at least for one, and for more where the table leaves room.</summary>
    private List<IRenderable> Details(IReadOnlyList<Standing> standings, int room, int width, DateTimeOffset now)
    {
        var left = room - standings.Count - FleetPage.LinesAroundRows;
        var lines = new List<IRenderable>();
        foreach (var standing in standings.Where(each => each.Concern < Concern.Paused).Take(MostDetails))
        {
            var more = WorstLines.Of(standing, now, width, Typed).ToList();
            if (lines.Count > 0 && lines.Count + more.Count > left)
                break;
            lines.AddRange(more.Select(line => new Text(PeerText.Of(line.Text, width), line.Style)));
        }
        return lines;
    }

    private Text FirstLine(int width, DateTimeOffset now)
    {
        var (text, style) = (Problem, Endpoints) switch
        {
            (null, null) => ($"{Service}: asking", Palette.Warning),
            (null, _) => ($"{Service}  {Ages.Clock(now, now)}  q leaves; explain ID says more of one", Palette.Quiet),
            (_, null) => ($"DISCONNECTED  {Problem}", Palette.Bad),
            _ => (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"DISCONNECTED  this is {Ages.Since(At, now)} old; asking on  {Problem}"),
                Palette.Bad),
        };
        return new Text(text.Length > width ? text[..width] : text, style) { Overflow = Overflow.Ellipsis };
    }
}
