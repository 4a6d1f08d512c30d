using System.CommandLine;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Shows all endpoints at a glance, the worst first.</summary>
internal static class StatusVerb
{
    public static Command Create(Terminal terminal)
    {
        var (targets, select) = (Inputs.Targets("Endpoints by id or by label; all when not given"), Inputs.Select());
        var (url, format) = (Inputs.Service(), Inputs.Format());
        var verb = new Command("status", "Show what runs, the worst first: what is down, since when, why, and when it is tried again")
        {
            targets,
            select,
            url,
            format,
        };
        Inputs.CheckTargets(verb, targets, select, mayBeNone: true);
        verb.SetAction((parsed, stop) => Asking.Run(parsed, url, async api =>
        {
            var fleet = await api.Endpoints(stop);
            var (chosen, unknown) = Inputs.SelectionOf(parsed, targets, select).Of(fleet.Endpoints, each => each.View);
            var console = parsed.InvocationConfiguration;
            var page = new FleetPage(Standing.WorstFirst(chosen.Select(each => each.View)), fleet.At);
            if (parsed.GetValue(format) == VerbFormat.Json)
            {
                var json = chosen.ToDictionary(each => each.View.Id, each => each.Json, StringComparer.Ordinal);
                await console.Output.WriteLineAsync(JsonLists.Of("endpoints", page.Standings.Select(each => json[each.Endpoint.Id])));
            }
            else if (chosen.Count > 0 || unknown.Count == 0)
                Print(console.Output, terminal, page, parsed.GetValue(url));
            foreach (var id in unknown)
                await console.Error.WriteLineAsync($"{id}: {Selection.Unknown(id, fleet.Endpoints.Select(each => each.View.Id))}");
            if (chosen.Count == 0 && unknown.Count == 0 && fleet.Endpoints.Count > 0)
                await console.Error.WriteLineAsync("no endpoint matches");
            return fleet.Endpoints.Count == 0 && unknown.Count == 0 ? ExitCode.Good : ExitCode.Of(chosen.Count, unknown.Count);
        }));
        return verb;
    }

    private static void Print(TextWriter output, Terminal terminal, FleetPage page, Uri? url)
    {
        Screen.Print(output, terminal, page.Render(terminal.Size().Width, int.MaxValue));
        if (terminal.IsTerminal && page.Worst is { Endpoint.Id: var id })
            output.WriteLine($"\n{ExplainVerb.TypedFor(id, url)("explain")}   # says what brings it back");
    }
}
