using System.CommandLine;
using System.CommandLine.Completions;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Offers the ids of endpoints to a shell that completes a line, where the service answers soon.</summary>
internal static class Completion
{
    private const string Directive = "[suggest";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Before a line is completed, asks the service that the line names.</summary>
    public static async Task OfferIds(RootCommand root, IReadOnlyList<string> args, CancellationToken stop)
    {
        if (args is not [var directive, var line] || !directive.StartsWith(Directive, StringComparison.Ordinal))
            return;
        var parsed = root.Parse(line);
        var verb = parsed.CommandResult.Command;
        if (verb.Arguments.FirstOrDefault(argument => argument.Name == Inputs.IdName) is not { } ids)
            return;
        var url = verb.Options.OfType<Option<Uri>>().Select(option => parsed.GetValue(option)).FirstOrDefault() ?? Inputs.DefaultService;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            using var api = new ServiceApi(url, Patience);
            // A shell may expand what it is offered, and anybody may answer there: nothing but ids.
            string[] known =
            [
                .. (await api.Endpoints(patience.Token)).Endpoints.Select(each => each.View.Id).Where(id => EndpointId.Reject(id) is null),
            ];
            ids.CompletionSources.Add(_ => known.Select(id => new CompletionItem(id)));
        }
        catch (Exception problem) when (problem is ServiceProblem or OperationCanceledException or InvalidOperationException)
        {
            // Verbs and options are completed all the same.
        }
    }
}
