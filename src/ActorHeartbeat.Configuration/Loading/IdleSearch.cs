using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>
/// Searches a valid configuration for keys that can never have an effect, for names and patterns that cannot be told apart, and for
/// deprecated keys. A key that several objects take, from defaults, a template or a substitution, has no effect only if it has none for
/// each of them. Keys of reference.conf are not looked at.
/// </summary>
internal sealed class IdleSearch
{
    private readonly BoundConfiguration _bound;
    private readonly Sources _warnings;
    private readonly Layer<ProcessSettings> _own;
    private readonly Dictionary<string, GroupSettings> _groups;

    private IdleSearch(BoundConfiguration bound, Sources warnings)
    {
        (_bound, _warnings) = (bound, warnings);
        _own = bound.ProcessLayers[^1];
        _groups = bound.Groups.ToDictionary(group => group.Name, StringComparer.Ordinal);
    }

    /// <param name="bound">A configuration without errors.</param>
    /// <param name="sources">Its texts, whose secrets are masked in warnings too.</param>
    public static ConfigurationErrors Warnings(BoundConfiguration bound, Sources sources)
    {
        var warnings = sources.Beside();
        new IdleSearch(bound, warnings).Search();
        return warnings.Errors;
    }

    private void Search()
    {
        foreach (var key in IdleKeys.OfProcess)
            Judge([_bound.Process], key.Why, _ => Written(_own, key.Key));
        SearchFormerKeys();
        SearchEndpoints();
        SearchPatterns();
        SearchAnswers();
        SearchLabels();
        SearchOutcomes();
        SearchTemplates();
        SearchGroups();
        SearchSinks();
        SearchShares();
        foreach (var key in IdleKeys.OfAkka)
        {
            if (_bound.Akka is { } akka && Find(akka, key) is { } at)
                Warn(at, "the service sets it itself; remove this key");
        }
    }

    private void SearchFormerKeys()
    {
        if (_bound.Process is not { StateFile: { } file } process)
            return;
        var why = process.StatePath is null
            ? $"the state is in the database \"{process.StateDatabase}\", which takes this file over once; write state.path = "
                + $"\"{process.StateDatabase}\" in its place"
            : $"a new database takes this file over once; remove this key as soon as the file is \"{file}.taken-over\"";
        foreach (var at in Written(_own, "supervisor.state-file"))
            (at with { Sources = _warnings }).ReportKey($"is deprecated: {why}");
    }

    private void SearchEndpoints()
    {
        var endpoints = _bound.Endpoints
            .Select(endpoint => (endpoint.Layers, InGroup: new EndpointInGroup(endpoint.Settings, GroupOf(endpoint.Settings))))
            .ToArray();
        foreach (var key in IdleKeys.OfEndpoint)
            Judge(
                endpoints,
                endpoint => key.Why(endpoint.InGroup),
                endpoint => Written(endpoint.Layers, key.Key) is { At: { IsNull: false } at } ? key.Parts(at) : []);

        GroupSettings? GroupOf(EndpointSettings endpoint) => endpoint.Group is { } name ? _groups[name] : null;
    }

    /// <summary>Tells which patterns of data are compared with every message, key by key.</summary>
    private void SearchPatterns()
    {
        var slow = _bound.Endpoints.SelectMany(endpoint => endpoint.Settings.Subscriptions
            .Where(each => each.Value is { ForEach.Count: > 1, Data: { } data } && !PatternIndex<object>.IsIndexed(data))
            .Select(each => (Count: each.Value.ForEach.Count, At: PartOf(endpoint.Layers, each.Key, "data"))));
        foreach (var (count, at) in slow.Where(each => each.At is not null).DistinctBy(each => each.At!.Value.KeyOrigin))
            (at!.Value with { Sources = _warnings }).ReportKey(
                $"is compared with each message for each of {count} keys; one look-up finds the key where @{{each}} and names stand "
                    + "only in what a pointer's value has to equal");
    }

    /// <summary>Tells which subscriptions of an endpoint cannot tell their answers, or their data, apart.</summary>
    private void SearchAnswers()
    {
        SearchSame(
            "expect",
            each => each.Http is null ? each.Expect : null,
            "so an answer to one may count for the other; name the channel in both");
        SearchSame("data", each => each.Data, "so the data of both count for that one; name the channel in both");
    }

    private void SearchSame(string part, Func<SubscriptionSettings, MessagePattern?> pattern, string so)
    {
        var told = new HashSet<HoconOrigin>();
        foreach (var endpoint in _bound.Endpoints.Where(endpoint => endpoint.Settings.Subscriptions.Count > 1))
        {
            var asking = endpoint.Settings.Subscriptions.ToArray();
            for (var later = 1; later < asking.Length; later++)
            {
                if (Array.Find(asking[..later], earlier => AreSame(earlier.Value, asking[later].Value, pattern)).Key is not { } same
                    || PartOf(endpoint.Layers, asking[later].Key, part) is not { } at
                    || !told.Add(at.KeyOrigin))
                    continue;
                var other = PartOf(endpoint.Layers, same, part) is { } place ? $" ({place.Place})" : "";
                (at with { Sources = _warnings }).ReportKey($"is the same as that of {same}{other}, {so}");
            }
        }
    }

    private static bool AreSame(
        SubscriptionSettings one, SubscriptionSettings other, Func<SubscriptionSettings, MessagePattern?> pattern) =>
        pattern(one) is { } first
        && first == pattern(other)
        && first.Templates.All(template => template.Names.All(name => name == TemplateName.Each) && template.References.Count == 0)
        && (!first.HasPlaceholders || one.ForEach.Intersect(other.ForEach, StringComparer.Ordinal).Any());

    /// <summary>Tells which labels of an endpoint are not in its metrics, because another one has the same name there.</summary>
    private void SearchLabels()
    {
        var told = new HashSet<HoconOrigin>();
        foreach (var endpoint in _bound.Endpoints.Where(endpoint => endpoint.Settings.Labels.Count > 1))
        {
            foreach (var same in endpoint.Settings.Labels.Select(label => label.Key)
                .Order(StringComparer.Ordinal).GroupBy(EndpointInfo.InPrometheus))
            {
                var place = LabelOf(endpoint.Layers, same.First()) is { } shown ? $" ({shown.Place})" : "";
                foreach (var at in same.Skip(1).Select(label => LabelOf(endpoint.Layers, label)))
                {
                    if (at is { } lost && told.Add(lost.KeyOrigin))
                        (lost with { Sources = _warnings }).ReportKey(
                            $"is not in the metrics: Prometheus knows it and \"{same.First()}\"{place} by the one name {same.Key}; "
                                + "rename one of them");
                }
            }
        }
    }

    /// <summary>Where the operator says a part of a subscription; null where that is built in.</summary>
    private static Cursor? PartOf(IReadOnlyList<Layer<EndpointSettings>> layers, string subscription, string part) =>
        Deciding(layers, layer => layer.Find(EndpointSetting.Subscriptions.Key)?.At.Find(subscription)?.Find(part));

    private static Cursor? LabelOf(IReadOnlyList<Layer<EndpointSettings>> layers, string label) =>
        Deciding(layers, layer => layer.Find(EndpointSetting.Labels.Key)?.At.Find(label));

    /// <summary>What the highest layer has that has it; null where that one is built in.</summary>
    private static Cursor? Deciding(IReadOnlyList<Layer<EndpointSettings>> layers, Func<Layer<EndpointSettings>, Cursor?> find)
    {
        for (var index = layers.Count - 1; index > 0; index--)
        {
            if (find(layers[index]) is { } at)
                return layers[index].IsBuiltIn ? null : at;
        }
        return null;
    }

    private void SearchOutcomes()
    {
        // Thousands of endpoints may have the table of one template.
        var tables = _bound.Endpoints
            .SelectMany(endpoint => Written(endpoint.Layers, EndpointSetting.OutcomesRules.Key) is { At: { IsNull: false } at }
                ? [(At: at, Of: endpoint.Settings)]
                : Array.Empty<(Cursor At, EndpointSettings Of)>())
            .ToArray();
        var rules = tables
            .DistinctBy(table => (table.At.KeyOrigin, table.Of.Outcomes.Rules))
            .SelectMany(table => Reached(table.At, table.Of.Outcomes.Rules))
            .ToArray();
        Judge(rules, rule => rule.Why, rule => [rule.At]);
        var used = tables
            .SelectMany(table => Inherited.Around(table.At, table.Of.Outcomes.Rules.Count)
                .Select(rule => (rule.At, Of: new RuleOfEndpoint(table.Of.Outcomes.Rules[rule.Index], table.Of))))
            .ToArray();
        foreach (var key in IdleRules.All)
            Judge(used, rule => key.Why(rule.Of), rule => Written(rule.At, key.Key));
    }

    /// <summary>The rules as they are written, each with why nothing reaches it; null where something does.</summary>
    private static IEnumerable<(Cursor At, string? Why)> Reached(Cursor table, ValueList<OutcomeRule> rules)
    {
        var verdicts = OutcomeReach.Judge(rules);
        var counted = Inherited.IsIn(table) ? $" ({Inherited.Word} rules are counted)" : "";
        return Inherited.Around(table, rules.Count)
            .Select(rule => (rule.At, verdicts[rule.Index] is { } why ? why + counted : null));
    }

    private void SearchTemplates()
    {
        var named = _bound.Endpoints
            .Select(endpoint => endpoint.Layers[^1].Find("templates"))
            .OfType<Assignment<EndpointSettings>>()
            .SelectMany(templates => IdleKeys.Elements(templates.At))
            .Select(template => template.Text)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var template in Members("templates").Where(template => !named.Contains(template.Key) && !IsTaken(template)))
            Warn(template, "no endpoint names this template; name it in templates of one, or remove it");
    }

    private void SearchGroups()
    {
        var named = _bound.Endpoints.Select(endpoint => endpoint.Settings.Group).ToHashSet(StringComparer.Ordinal);
        foreach (var group in Members("groups").Where(group => !named.Contains(group.Key) && !IsTaken(group)))
            Warn(group, "no endpoint is in this group; name it in group of one, or remove it");
        var used = Members("groups").Where(group => named.Contains(group.Key)).ToArray();
        foreach (var key in IdleKeys.OfGroup)
            Judge(used, group => key.Why(_groups[group.Key]), group => Written(group, key.Key));
    }

    /// <summary>Whether another object has keys of this one: a substitution has taken them.</summary>
    private bool IsTaken(Cursor member)
    {
        var places = (member.Fields ?? []).Select(field => field.Origin).ToHashSet();
        return ((string[])["endpoints", "templates", "groups"])
            .SelectMany(Members)
            .Any(other => other.Path != member.Path && (other.Fields ?? []).Any(field => places.Contains(field.Origin)));
    }

    private void SearchSinks()
    {
        if (_bound.Endpoints.Count == 0)
            return;
        // The settings are in the order of the section.
        Judge([.. _bound.Sinks.Zip(Members("sinks"))], sink => WhyNothing(sink.First), sink => Written(sink.Second, "select"));

        string? WhyNothing(SinkSettings sink)
        {
            var select = LabelSelector.Parse(sink.Select);
            return _bound.Endpoints.Any(endpoint => select.Matches(endpoint.Settings.Labels))
                ? null
                : "no endpoint has such labels, and nothing is written; correct it, or label an endpoint";
        }
    }

    private void SearchShares()
    {
        if (_bound.Endpoints.Count == 0 || _own.Find(ProcessSchema.OpenShares.Path) is not { At: var at })
            return;
        foreach (var share in (at.Fields ?? []).Select(at.Below).Where(share => !share.IsNull))
        {
            var select = LabelSelector.Parse(share.Key);
            if (!_bound.Endpoints.Any(endpoint => select.Matches(endpoint.Settings.Labels)))
                Warn(share, "no endpoint has such labels, and nothing is asked for; correct it, or label an endpoint");
        }
    }

    /// <summary>Warns of the places that are of no use to any of the objects that take them.</summary>
    /// <param name="all">The objects.</param>
    /// <param name="why">Returns why the key has no effect for an object; null when it has one.</param>
    /// <param name="places">The places at which the object takes it.</param>
    private void Judge<T>(IReadOnlyList<T> all, Func<T, string?> why, Func<T, IEnumerable<Cursor>> places)
    {
        var idle = new Dictionary<HoconOrigin, (Cursor At, string Why)>();
        foreach (var one in all)
        {
            if (why(one) is not { } reason)
                continue;
            foreach (var at in places(one))
                idle.TryAdd(at.KeyOrigin, (at, reason));
        }
        if (idle.Count == 0)
            return;
        foreach (var at in all.Where(one => why(one) is null).SelectMany(places))
            idle.Remove(at.KeyOrigin);
        foreach (var (at, reason) in idle.Values)
            Warn(at, reason);
    }

    private void Warn(Cursor at, string why)
    {
        var place = at with { Sources = _warnings };
        if (at.IsElement)
            place.Report($"has no effect: {why}");
        else
            place.ReportKey($"has no effect: {why}");
    }

    /// <summary>What a key of an endpoint is set to by the operator; null when the layer that decides it is not the operator's.</summary>
    private static Assignment<EndpointSettings>? Written(IReadOnlyList<Layer<EndpointSettings>> layers, string key)
    {
        for (var index = layers.Count - 1; index > 0; index--) // the lowest layer is reference.conf
        {
            if (layers[index].Find(key) is { } assignment)
                return layers[index].IsBuiltIn ? null : assignment;
        }
        return null;
    }

    private static IEnumerable<Cursor> Written(Layer<ProcessSettings> layer, string key) =>
        layer.Find(key) is { At: { IsNull: false } at } ? [at] : [];

    private static IEnumerable<Cursor> Written(Cursor at, string path) => Find(at, path) is { } found ? [found] : [];

    private IEnumerable<Cursor> Members(string section) =>
        _own.Find(section) is { At: var at } ? (at.Fields ?? []).Select(at.Below) : [];

    private static Cursor? Find(Cursor at, string path)
    {
        Cursor? found = at;
        foreach (var name in path.Split('.'))
            found = found?.Find(name);
        return found is { IsNull: false } ? found : null;
    }
}
