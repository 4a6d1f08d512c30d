using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Names that a step of prepare or on-open asks for before anything can have captured them: such a step fails whenever it is taken.
/// </summary>
internal static class EarlyNames
{
    private const string Itself = "this step or a later one", OnConnection = "the connection, and prepare comes before it";

    public static Flaw? RejectPrepare(EndpointSettings endpoint) => Reject(endpoint.Prepare, [], endpoint);

    /// <summary>A rule may have captured a name at any time on the connection.</summary>
    public static Flaw? RejectOnOpen(EndpointSettings endpoint) => Reject(
        endpoint.OnOpen, [.. NameRules.CapturedBy(endpoint.Prepare), .. NameRules.CapturedByRules(endpoint)], endpoint);

    private static Flaw? Reject(ValueList<DialogueStep> steps, HashSet<string> before, EndpointSettings endpoint)
    {
        if (steps.Count == 0)
            return null;
        var captured = NameRules.Captured(endpoint);
        for (var index = 0; index < steps.Count; index++)
        {
            var step = steps[index];
            foreach (var asked in NeededBy(step))
            {
                var early = Behind(asked, step, endpoint).FirstOrDefault(name =>
                    captured.Contains(name) && !before.Contains(name) && !TemplateName.IsOfSession(name)
                    && name != step.When && name != step.Unless);
                if (early is not null)
                    return FlawOf(early, asked, (index, steps));
            }
            before.UnionWith(NameRules.CapturedBy([step]));
        }
        return null;
    }

    private static Flaw FlawOf(string early, string asked, (int Index, ValueList<DialogueStep> Steps) place)
    {
        var isLater = NameRules.CapturedBy([.. place.Steps.Skip(place.Index)]).Contains(early);
        return new Flaw(
            isLater
                ? $"{early} is captured by {Itself}, and has no value yet; capture it in a step before, or write @{{{early} ?? ''}}"
                : $"{early} is captured on {OnConnection}; {TemplateName.Session}.{early} outlives a connection",
            at => Inherited.Around(at, place.Steps.Count)
                .Where(own => own.Index == place.Index)
                .Select(own => Placeholders.Asking(own.At, asked))
                .FirstOrDefault());
    }

    /// <summary>The names without which a step says nothing, or nothing answers it.</summary>
    private static IEnumerable<string> NeededBy(DialogueStep step) =>
        Needed([.. step.Send?.Templates ?? [], .. step.Http?.Templates ?? [], .. NeededBy(step.Expect)]);

    /// <summary>Of an any, a pattern without a value is left out.</summary>
    private static IEnumerable<Template> NeededBy(MessagePattern? pattern) => pattern switch
    {
        null or MessagePattern.Any => [],
        MessagePattern.All all => all.Patterns.SelectMany(NeededBy),
        _ => pattern.Templates,
    };

    /// <summary>The names without which a name has no value: itself where it is captured, and else those that its let needs.</summary>
    private static HashSet<string> Behind(string name, DialogueStep step, EndpointSettings endpoint)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([name]);
        while (open.TryDequeue(out var next))
        {
            if (!names.Add(next) || !(step.Let.TryGetValue(next, out var value) || endpoint.Let.TryGetValue(next, out value)))
                continue;
            foreach (var each in Needed(value.Templates))
                open.Enqueue(each);
        }
        return names;
    }

    private static IEnumerable<string> Needed(IEnumerable<Template> templates) => templates.SelectMany(template => template.NeededNames);
}
