using System.CommandLine;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Events;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Prints the feeds of a running service, and resumes by itself when the stream breaks.</summary>
internal static class TailVerb
{
    public static Command Create()
    {
        var ids = new Argument<string[]>("ID") { Description = "Endpoints to follow", Arity = ArgumentArity.ZeroOrMore };
        var url = Inputs.Url($"Where the service is (default {Inputs.DefaultService})");
        var select = new Option<string?>("--select")
        {
            Description = "Follow all endpoints with these labels, for example venue=demo,tier!=test; * for all",
            HelpName = "SELECTOR",
        };
        var count = Inputs.Count();
        var after = new Option<string?>("--after")
        {
            Description = "Begin after this event id; oldest for everything that is kept",
            HelpName = "ID",
        };
        var (subscriptions, format) = (Inputs.Subscriptions(), Inputs.Format());
        var verb = new Command("tail", "Print the events of endpoints as they come; resumes by itself")
        {
            ids,
            url,
            select,
            subscriptions,
            count,
            after,
            format,
        };
        verb.Validators.Add(given =>
        {
            var named = given.GetValue(ids) ?? [];
            if (named.Length == 0 == given.GetValue(select) is null)
                given.AddError("tail follows either the endpoints that are named or those of --select");
            if (named.Select(EndpointId.Reject).FirstOrDefault(reason => reason is not null) is { } reason)
                given.AddError(reason);
        });
        verb.SetAction((parsed, stop) => Follow(
            Inputs.OfSubscriptions(PathsOf(parsed.GetValue(ids) ?? [], parsed.GetValue(select)), parsed.GetValue(subscriptions)),
            parsed.GetValue(url) ?? Inputs.DefaultService,
            parsed.GetValue(after),
            new TailPrinter(parsed.InvocationConfiguration.Output, parsed.GetValue(format), parsed.GetValue(count)),
            parsed.InvocationConfiguration.Error,
            stop));
        return verb;
    }

    private static string[] PathsOf(string[] ids, string? selector) => selector is null
        ? [.. ids.Distinct(StringComparer.Ordinal).Select(id => $"/v1/endpoints/{id}/events")]
        : [$"/v1/events?select={Uri.EscapeDataString(selector)}"];

    public static async Task<int> Follow(
        string[] paths, Uri service, string? after, TailPrinter printer, TextWriter error, CancellationToken stop)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop, printer.Full);
        using var client = ServiceClient.Create(service, Timeout.InfiniteTimeSpan);
        var tails = paths
            .Select(path => new EventTail(client, path, after, TimeProvider.System).Run(printer.Print, error, done.Token))
            .ToArray();
        try
        {
            await Task.WhenAll(tails);
            return ExitCode.Good;
        }
        catch (TailException problem)
        {
            await done.CancelAsync();
            await Task.WhenAll(tails).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await error.WriteLineAsync(problem.Message);
            return ExitCode.Runtime;
        }
        catch (IOException)
        {
            return ExitCode.Good; // the reader of the output has closed it
        }
    }
}
