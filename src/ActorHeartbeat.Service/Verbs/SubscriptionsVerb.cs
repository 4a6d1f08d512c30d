using System.CommandLine;
using System.Text.Json;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Shows how each key of the subscriptions of an endpoint stands; asks for more, and takes them away.</summary>
internal static class SubscriptionsVerb
{
    public static Command Create(Terminal terminal)
    {
        var id = ExplainVerb.One();
        id.Arity = ArgumentArity.ZeroOrOne; // add and remove have their own; a validator demands it here
        var name = new Argument<string?>("NAME") { Description = "One subscription; all when not given", Arity = ArgumentArity.ZeroOrOne };
        var state = new Option<string?>("--state") { Description = "Only keys in this state", HelpName = "STATE" };
        state.AcceptOnlyFromAmong("wanted", "asked", "accepted", "refused", "stale", "gone");
        var (url, format) = (Inputs.Service(), Inputs.Format());
        var verb = new Command("subscriptions", "Show how each key of the subscriptions of an endpoint stands, those not served first")
        {
            id,
            name,
            state,
            url,
            format,
            Change("add", "Ask for more keys; they stay until they are removed", HttpMethod.Post),
            Change("remove", "Take keys away that were added", HttpMethod.Delete),
        };
        verb.Validators.Add(given =>
        {
            if (given.GetValue(id) is null)
                given.AddError("subscriptions needs the id of an endpoint");
        });
        verb.SetAction((parsed, stop) => Asking.Run(parsed, url, async api =>
        {
            var (endpoint, wanted) = (parsed.GetValue(id)!, parsed.GetValue(name)); // not null: the validator has checked it
            string[] filters =
            [
                .. parsed.GetValue(state) is { } only ? [$"state={only}"] : Array.Empty<string>(),
                .. wanted is null ? Array.Empty<string>() : [$"name={Uri.EscapeDataString(wanted)}"],
            ];
            var query = filters is [] ? "" : $"?{string.Join('&', filters)}";
            var answer = await api.Get($"/v1/endpoints/{endpoint}/subscriptions{query}", stop);
            var keys = api.Read(answer, ClientJson.Default.SubscriptionListView).Keys;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(format) == VerbFormat.Json)
                await output.WriteLineAsync(JsonLists.Of("keys", KeysIn(answer.Body)));
            else
                Screen.Print(output, terminal, KeysPage.Of(endpoint, keys, filters is [], answer.At, terminal.Size().Width));
            return ExitCode.Good;
        }));
        return verb;
    }

    private static IEnumerable<string> KeysIn(string body)
    {
        using var document = JsonDocument.Parse(body);
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
            yield return key.GetRawText();
    }

    private static Command Change(string word, string description, HttpMethod method)
    {
        var id = ExplainVerb.One();
        var name = new Argument<string>("NAME") { Description = "A subscription" };
        var keys = new Argument<string[]>("KEY") { Description = "Its keys", Arity = ArgumentArity.OneOrMore };
        var url = Inputs.Service();
        var verb = new Command(word, description) { id, name, keys, url };
        verb.SetAction((parsed, stop) => Asking.Run(parsed, url, async api =>
        {
            var (good, bad, console) = (0, 0, parsed.InvocationConfiguration);
            var path = $"/v1/endpoints/{parsed.GetRequiredValue(id)}/subscriptions/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}";
            foreach (var key in parsed.GetRequiredValue(keys))
            {
                if (key is "" or "." or "..")
                {
                    bad++;
                    await console.Error.WriteLineAsync($"\"{key}\": no path can name this key; declare it in for-each");
                    continue;
                }
                var answer = await api.Command(method, $"{path}/{Uri.EscapeDataString(key)}", null, stop);
                if (answer.IsGood)
                {
                    good++;
                    await console.Output.WriteLineAsync(PeerText.Of(api.Read(answer, ClientJson.Default.KeyCommandView).Outcome));
                    continue;
                }
                bad++;
                await console.Error.WriteLineAsync($"{PeerText.Of(key)}: {answer.Refusal}");
            }
            return ExitCode.Of(good, bad);
        }));
        return verb;
    }
}
