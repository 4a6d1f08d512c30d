using System.CommandLine;
using ActorHeartbeat.Service.Events;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Prints what becomes of endpoints and keys as it happens: <c>tail</c> without the messages of the peers.</summary>
internal static class EventsVerb
{
    public static Command Create()
    {
        var (targets, select) = (Inputs.Targets("Endpoints by id or by label; all when not given"), Inputs.Select());
        var (subscriptions, url, format) = (Inputs.Subscriptions(), Inputs.Service(), Inputs.Format());
        var count = Inputs.Count();
        var verb = new Command("events", "Print changes of state, gaps and what becomes of keys as they happen; resumes by itself")
        {
            targets,
            select,
            subscriptions,
            url,
            count,
            format,
        };
        Inputs.CheckTargets(verb, targets, select, mayBeNone: true);
        verb.SetAction((parsed, stop) => TailVerb.Follow(
            Inputs.OfSubscriptions(PathsOf(Inputs.SelectionOf(parsed, targets, select)), parsed.GetValue(subscriptions)),
            parsed.GetValue(url) ?? Inputs.DefaultService,
            null,
            new TailPrinter(parsed.InvocationConfiguration.Output, parsed.GetValue(format), parsed.GetValue(count), hasMessages: false),
            parsed.InvocationConfiguration.Error,
            stop));
        return verb;
    }

    private static string[] PathsOf(Selection selection) => selection.IsEmpty
        ? ["/v1/events?select=*"]
        :
        [
            .. selection.Ids.Select(id => $"/v1/endpoints/{id}/events"),
            .. selection.Selectors.Select(selector => $"/v1/events?select={Uri.EscapeDataString(selector)}"),
        ];
}
