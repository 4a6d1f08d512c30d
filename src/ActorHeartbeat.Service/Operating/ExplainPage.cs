using System.Globalization;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>One endpoint for eyes: how it is, since when, why, what happens next, and what brings it back.</summary>
/// <param name="Standing">How it stands.</param>
/// <param name="Explanation">What the service says of it.</param>
/// <param name="Now">The time of the answer.</param>
/// <param name="Typed">Spells the command of a verb for it.</param>
internal sealed record ExplainPage(Standing Standing, ExplanationView Explanation, DateTimeOffset Now, Func<string, string> Typed)
{
    private const int Label = 13;
    private const int MostTransitions = 8;

    /// <summary>What stands above them takes as many lines on a screen of 80 columns.</summary>
    private const int LinesAboveTransitions = 16;

    private EndpointView Endpoint => Standing.Endpoint;

    public IRenderable Render(int width, int height)
    {
        var grid = new Grid { Expand = false }
            .AddColumn(new GridColumn { Width = Label, NoWrap = true, Padding = new Padding(0, 0, 1, 0) })
            .AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        foreach (var (label, text, style) in Lines(width, height))
            grid.AddRow(new Text(label, Palette.Quiet), new Text(text, style));
        return new Rows(Heading(), grid);
    }

    private Paragraph Heading()
    {
        var heading = new Paragraph();
        heading.Append(Endpoint.Id, Palette.Strong);
        heading.Append(" is ");
        heading.Append(Standing.State, Palette.Of(Standing.Concern));
        heading.Append($" ({Endpoint.Url})");
        return heading;
    }

    private IEnumerable<(string Label, string Text, Style Style)> Lines(int width, int height)
    {
        yield return ("since", SinceWhen(), Palette.Plain);
        if (Standing.Concern is Concern.Failed or Concern.Down && Endpoint.LastClose is { } close)
            yield return ("why", PeerText.Of(close.Detail), Palette.Bad);
        else
            yield return (Standing.Concern is Concern.Well or Concern.Shaky ? "how" : "why", Sentence(), Palette.Plain);
        if (Standing.Concern is Concern.Shaky && Endpoint.LastClose is { } before)
            yield return ("ended before", PeerText.Of(before.Detail), Palette.Warning);
        if (Next() is { } next)
            yield return ("next", next, Palette.Plain);
        var remedy = Remedy.Of(Standing, Typed);
        if (remedy.Advice is { } advice)
            yield return ("back", advice.TrimEnd(), Palette.Plain);
        foreach (var (effect, command) in remedy.Commands)
            yield return (effect, command, Palette.Strong);
        var label = "latest";
        foreach (var change in Explanation.Transitions.Reverse().Take(Math.Clamp(height - LinesAboveTransitions, 3, MostTransitions)))
        {
            yield return (label, PeerText.Of(Spell(change), Math.Max(20, width - Label - 1)), Palette.Quiet);
            label = "";
        }
    }

    private string Sentence() => PeerText.Of(Explanation.Explanation, int.MaxValue);

    private string SinceWhen()
    {
        var age = Ages.Since(Standing.Since, Now);
        var at = Ages.Clock(Standing.Since, Now);
        return Standing.Concern switch
        {
            Concern.Well or Concern.Shaky => $"open since {at}, {age} ago",
            Concern.Paused => $"closed since {at}, {age} ago",
            _ when WasOpen() => $"down since {at}, {age} ago",
            _ => $"down since {at}, {age} ago; not open since it was added or resumed",
        };
    }

    /// <summary>Whether an open connection ended when it went down, as far as the latest changes tell.</summary>
    private bool WasOpen() =>
        Explanation.Transitions.Any(change => change.From == "open") || Explanation.Transitions.FirstOrDefault()?.Attempt > 1;

    private string? Next()
    {
        if (Explanation.Queue is { } queue)
            return string.Create(
                CultureInfo.InvariantCulture, $"attempt {Endpoint.Attempt} waits for a permit to dial, place {queue.Place}: {queue.Why}");
        if (Endpoint.RetryAt is { } at)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"attempt {Endpoint.Attempt} begins by itself {Ages.Until(at, Now)}, at {Ages.Clock(at, Now)}");
        if (Explanation.WaitsFor is not { } waits)
            return null;
        return Explanation.Until is { } until ? $"waits for {waits}, until {Ages.Clock(until, Now)} at the latest" : $"waits for {waits}";
    }

    private string Spell(TransitionView change)
    {
        var because = change.Detail is { } detail ? $": {Standing.Short(detail)}" : "";
        var retry = change.RetryInMs is { } delay
            ? string.Create(CultureInfo.InvariantCulture, $"; next try after {delay / 1000:0.0} s")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{Ages.Clock(change.At, Now)} {change.To}, attempt {change.Attempt}{because}{retry}");
    }
}
