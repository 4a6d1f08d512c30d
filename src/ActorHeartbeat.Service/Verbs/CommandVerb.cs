using System.Buffers.Text;
using System.CommandLine;
using System.Text.Json.Nodes;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Commands for one endpoint or many: what they are is asked first, and what became of each is told.</summary>
internal static class CommandVerb
{
    private const int MostNamed = 8;

    public static Command Create(string name, string description, Terminal terminal) =>
        Complete(new Command(name, description), terminal, _ => null);

    public static Command CreateClose(Terminal terminal)
    {
        var code = new Option<int?>("--code")
        {
            Description = "The close code; without it the endpoint's close-code",
            HelpName = "CODE",
        };
        Inputs.CheckNumber(code, ValueRules.SendableCloseCode.Reject);
        var reason = new Option<string?>("--reason") { Description = "The reason in the Close frame", HelpName = "TEXT" };
        var verb = new Command("close", "Close connections with a code of your own; they stay closed until they are resumed")
        {
            code,
            reason,
        };
        return Complete(verb, terminal, parsed => new JsonObject
        {
            ["code"] = parsed.GetValue(code),
            ["reason"] = parsed.GetValue(reason),
        }.ToJsonString());
    }

    public static Command CreateSend(Terminal terminal)
    {
        var text = new Option<string?>("--text") { Description = "A text message", HelpName = "TEXT" };
        var base64 = new Option<string?>("--base64") { Description = "A binary message", HelpName = "BASE64" };
        base64.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string?>() is { } found && !Base64.IsValid(found))
                given.AddError($"--base64: \"{found}\" is no Base64 (RFC 4648 section 4)");
        });
        var verb = new Command("send", "Send a message over the connections of endpoints") { text, base64 };
        verb.Validators.Add(given =>
        {
            if (given.GetValue(text) is null == given.GetValue(base64) is null)
                given.AddError("send takes either --text or --base64");
        });
        return Complete(verb, terminal, parsed => parsed.GetValue(text) is { } message
            ? new JsonObject { ["text"] = message }.ToJsonString()
            : new JsonObject { ["base64"] = parsed.GetValue(base64) }.ToJsonString());
    }

    private static Command Complete(Command verb, Terminal terminal, Func<ParseResult, string?> bodyOf)
    {
        var (targets, select) = (Inputs.Targets("Endpoints by id or by label"), Inputs.Select());
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list what would be done" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask no question; needed for more than one without a terminal" };
        var (url, format) = (Inputs.Service(), Inputs.Format());
        verb.Add(targets);
        foreach (var option in (Option[])[select, dryRun, yes, url, format])
            verb.Add(option);
        Inputs.CheckTargets(verb, targets, select, mayBeNone: false);
        verb.SetAction((parsed, stop) => Asking.Run(parsed, url, async api =>
        {
            var fleet = (await api.Endpoints(stop)).Endpoints;
            var (chosen, unknown) = Inputs.SelectionOf(parsed, targets, select).Of(fleet, each => each.View);
            EndpointView[] endpoints = [.. chosen.Select(each => each.View)];
            var report = new CommandReport(verb.Name, parsed.GetValue(dryRun), parsed.InvocationConfiguration);
            report.AddUnknown(unknown, fleet.Select(each => each.View.Id));
            if (parsed.GetValue(dryRun))
                report.AddPlanned(endpoints);
            else if (await Refuse(verb.Name, endpoints, parsed.GetValue(yes), terminal, parsed, stop) is { } code)
                return code;
            else
                await new CommandRound(api, verb.Name, bodyOf(parsed), report, terminal).Run(endpoints, stop);
            return await report.Print(parsed.GetValue(format) == VerbFormat.Json);
        }));
        return verb;
    }

    /// <summary>Asks before it touches more than one endpoint.</summary>
    /// <returns>The exit code when it is not to be done; null when it is.</returns>
    private static async Task<int?> Refuse(
        string name, EndpointView[] endpoints, bool isAgreed, Terminal terminal, ParseResult parsed, CancellationToken stop)
    {
        if (endpoints.Length < 2 || isAgreed)
            return null;
        var error = parsed.InvocationConfiguration.Error;
        var named = string.Join(", ", endpoints.Take(MostNamed).Select(each => each.Id));
        var more = endpoints.Length > MostNamed ? $" and {endpoints.Length - MostNamed} more" : "";
        var what = $"{name} {endpoints.Length} endpoints: {named}{more}";
        if (terminal.Ask is not { } ask)
        {
            await error.WriteLineAsync($"{what}: there is nobody to ask; --yes does it, --dry-run lists them");
            return ExitCode.Usage;
        }
        await error.WriteAsync($"{what}? [y/N] ");
        await error.FlushAsync(stop);
        var answer = await Task.Run(ask, CancellationToken.None).WaitAsync(stop);
        if (answer?.Trim() is "y" or "Y" or "yes")
            return null;
        await error.WriteLineAsync("nothing was done");
        return ExitCode.None;
    }
}
