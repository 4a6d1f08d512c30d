using System.CommandLine;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Says of one endpoint why it is not open, since when, what happens next, and what brings it back.</summary>
internal static class ExplainVerb
{
    public static Command Create(Terminal terminal)
    {
        var id = One();
        var (url, format) = (Inputs.Service(), Inputs.Format());
        var verb = new Command("explain", "Say of one endpoint why it is not open, since when, what happens next, and what brings it back")
        {
            id,
            url,
            format,
        };
        verb.SetAction((parsed, stop) => Asking.Run(parsed, url, async api =>
        {
            var path = $"/v1/endpoints/{parsed.GetRequiredValue(id)}";
            var explained = await api.Get($"{path}/explain", stop);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(format) == VerbFormat.Json)
            {
                await output.WriteLineAsync(PeerText.OfJson(explained.Body.TrimEnd()));
                return ExitCode.Good;
            }
            var endpoint = await api.Get(path, stop);
            var page = new ExplainPage(
                Standing.Of(api.Read(endpoint, ClientJson.Default.EndpointView)),
                api.Read(explained, ClientJson.Default.ExplanationView),
                endpoint.At,
                TypedFor(parsed.GetRequiredValue(id), parsed.GetValue(url)));
            Screen.Print(output, terminal, page.Render(terminal.Size().Width, terminal.Size().Height));
            return ExitCode.Good;
        }));
        return verb;
    }

    /// <summary>One endpoint by its id.</summary>
    public static Argument<string> One()
    {
        var id = new Argument<string>(Inputs.IdName) { Description = "An endpoint" };
        id.Validators.Add(given =>
        {
            if (EndpointId.Reject(given.GetValueOrDefault<string>()) is { } reason)
                given.AddError(reason);
        });
        return id;
    }

    /// <summary>Spells commands that ask the same service.</summary>
    public static Func<string, string> TypedFor(string id, Uri? url) => verb =>
    {
        var where = url ?? (verb == "try" ? Inputs.DefaultService : null); // without a URL try takes a file
        return $"{CommandLine.Name} {verb} {id}" + (where is null ? "" : $" --url {where.OriginalString.TrimEnd('/')}");
    };
}
