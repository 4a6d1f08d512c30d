using System.Globalization;
using ActorHeartbeat.Service.Contract;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>What <c>top</c> knows at one moment. Pure.</summary>
/// <param name="Endpoints">Those of the newest answer; null before the first.</param>
/// <param name="At">When that came.</param>
/// <param name="Problem">Why there is no newer one; null when there is.</param>
/// <param name="Service">The service.</param>
internal sealed record TopScreen(IReadOnlyList<EndpointView>? Endpoints, DateTimeOffset At, string? Problem, string Service)
{
    private const int LinesAroundPage = 2; // the first line, and one that stays free, or the screen would scroll

    public IRenderable Render(int width, int height, DateTimeOffset now)
    {
        var page = Endpoints is null
            ? (IRenderable)new Text("")
            : new FleetPage(Standing.WorstFirst(Endpoints), now).Render(width, height - LinesAroundPage);
        return new Rows(FirstLine(width, now), page);
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
