using System.Globalization;
using ActorHeartbeat.Protocol;
using Spectre.Console;

namespace ActorHeartbeat.Service.Operating;

/// <summary>An endpoint in a few lines below a table: since when, why in full, and what brings it back. Pure.</summary>
internal static class WorstLines
{
    /// <param name="width">A command that is too long for what is left of this has a line of its own, so that it can be copied.</param>
    /// <param name="typed">Spells the command of a verb for an endpoint.</param>
    public static IEnumerable<(string Text, Style Style)> Of(
        Standing standing, DateTimeOffset now, int width, Func<string, string, string> typed)
    {
        var endpoint = standing.Endpoint;
        var word = standing.Concern is Concern.Shaky ? "open" : "down";
        yield return ("", Palette.Plain);
        yield return ($"{endpoint.Id}: {word} since {Ages.Clock(standing.Since, now)}{Next(standing, now)}", Palette.Of(standing.Concern));
        yield return ($"  why   {PeerText.Of(standing.Why)}", Palette.Plain);
        var (back, command) = Back(standing, typed);
        var line = $"  back  {back}: {command}";
        if (line.Length <= width)
        {
            yield return (line, Palette.Plain);
            yield break;
        }
        yield return ($"  back  {back}:", Palette.Plain);
        yield return ($"  {command}", Palette.Plain);
    }

    private static string Next(Standing standing, DateTimeOffset now) => standing.Endpoint.RetryAt is { } at
        ? string.Create(
            CultureInfo.InvariantCulture, $"; attempt {standing.Endpoint.Attempt} {Ages.Until(at, now)}, at {Ages.Clock(at, now)}")
        : "";

    private static (string Back, string Command) Back(Standing standing, Func<string, string, string> typed)
    {
        var id = standing.Endpoint.Id;
        return standing.Concern switch
        {
            Concern.Failed => ("not by itself; when the cause is mended", typed("resume", id)),
            Concern.Down => ("by itself when a try succeeds; at once", typed("refresh", id)),
            _ => ("by itself; more", typed("explain", id)),
        };
    }
}
