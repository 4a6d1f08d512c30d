using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>
/// Turns a resolved tree into settings, layer by layer, and reports every error on the way. Settings start with the defaults
/// of their records, which equal reference.conf: that layer only serves to look up origins and is not applied again.
/// </summary>
/// <param name="diagnostics">Receives the errors.</param>
/// <param name="isReference">True for reference.conf, which has no layer below it.</param>
internal sealed class Binder(Diagnostics diagnostics, bool isReference = false)
{
    /// <summary>The section of this product; <c>akka</c> and names of the operator's choice stand beside it.</summary>
    public const string Ours = "actor-heartbeat";

    private const string Akkas = "akka";

    private static readonly Shape<ProcessSettings> Root = new([
        .. ProcessSchema.Shape.Keys,
        .. new[] { "defaults", "templates", "groups", "endpoints", "sinks" }.Select(name => new Section<ProcessSettings>(name)),
    ]);

    private static readonly Shape<EndpointSettings> WithTemplates = new([
        .. EndpointSchema.Shape.Keys,
        new Section<EndpointSettings>("templates"),
    ]);

    private readonly Dictionary<string, Layer<EndpointSettings>> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<ValueList<string>, LowerLayers> _lowerLayers = []; // thousands of endpoints name the same few templates
    private readonly Dictionary<string, GroupSettings> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.OrdinalIgnoreCase);

    public BoundConfiguration Bind(Cursor root)
    {
        CheckNames(root);
        if (root.Find(Ours) is { } all)
            FunctionRules.Check(all with { Path = KeyPath.Root });
        var own = root.Find(Ours) is { } section
            ? Root.Read(section with { Path = KeyPath.Root }, isReference ? Reference.LayerName : "process")
            : new Layer<ProcessSettings>("process", []);
        IReadOnlyList<Layer<ProcessSettings>> processLayers = isReference ? [own] : [Reference.Process, own];
        var process = own.Over(new ProcessSettings());
        foreach (var rule in ProcessRules.All)
            rule.Check(process, processLayers);

        var defaults = ReadDefaults(own);
        Layer<EndpointSettings>[] lower = isReference ? [defaults] : [Reference.Defaults, defaults];
        ReadTemplates(own);
        ReadGroups(own);
        var endpoints = ReadEndpoints(own, new LowerLayers(lower, defaults.Over(EndpointSchema.Blank)));
        var sinks = ReadSinks(own);
        return new BoundConfiguration(process, processLayers, lower, [.. _groups.Values], endpoints, sinks, Section(root, Akkas));
    }

    // The actor system checks the content of the section. A value that is no object would not be valid HOCON when it is handed over.
    private static Cursor? Section(Cursor root, string name)
    {
        if (root.Find(name) is not { IsNull: false } at)
            return null;
        if (at.Fields is null)
            at.Refuse("an object");
        return at;
    }

    // Other names at the root belong to the operator, for substitutions. But a misspelled name must not drop a whole section.
    private static void CheckNames(Cursor root)
    {
        foreach (var field in root.Fields ?? [])
        {
            var at = root.Below(field);
            if (field.Key != Ours && Nearest.To(field.Key, [Ours]) is not null)
                at.RefuseKey([Ours, Akkas]);
            else if (root.Find(Ours) is null && field.Key is "endpoints" or "defaults" or "templates" or "groups")
                at.ReportKey($"{field.Key} belongs under {Ours}: {Ours}.{field.Key}");
        }
    }

    private Layer<EndpointSettings> ReadDefaults(Layer<ProcessSettings> own)
    {
        var name = isReference ? Reference.LayerName : "defaults";
        if (own.Find("defaults") is not { } section)
            return new Layer<EndpointSettings>(name, []);
        return EndpointRules.CheckMode(EndpointSchema.Shape.Read(section.At, name));
    }

    private void ReadTemplates(Layer<ProcessSettings> own)
    {
        foreach (var at in Members(own, "templates"))
            _templates.Add(at.Key, EndpointRules.CheckMode(EndpointSchema.Shape.Read(at, $"template {at.Key}")));
    }

    private void ReadGroups(Layer<ProcessSettings> own)
    {
        foreach (var at in Members(own, "groups"))
            _groups.Add(at.Key, GroupSchema.Shape.Read(at, at.Key).Over(new GroupSettings { Name = at.Key }));
    }

    private static List<SinkSettings> ReadSinks(Layer<ProcessSettings> own)
    {
        var sinks = new List<SinkSettings>();
        var byPath = new Dictionary<string, Cursor>(StringComparer.Ordinal);
        foreach (var at in Members(own, "sinks"))
        {
            var layer = SinkSchema.Shape.Read(at, "sink");
            sinks.Add(layer.Over(SinkSchema.Blank(at.Key)));
            if (at.Fields is not null && at.Find(SinkSchema.Path) is null)
                at.ReportKey("needs path");
            else if (layer.Find(SinkSchema.Path) is { At: var path } && !byPath.TryAdd(path.Text!, path)) // a path was read, so it is text
                path.Report($"two sinks would write to one file; {byPath[path.Text!].Path} is set at {byPath[path.Text!].Place}");
        }
        return sinks;
    }

    private List<LayeredEndpoint> ReadEndpoints(Layer<ProcessSettings> own, LowerLayers lowest)
    {
        var endpoints = new List<LayeredEndpoint>();
        foreach (var at in Members(own, "endpoints"))
        {
            var errors = diagnostics.Count;
            if (ReadEndpoint(at, own, lowest) is { } endpoint && diagnostics.Count == errors)
                endpoints.Add(endpoint);
        }
        return endpoints;
    }

    private LayeredEndpoint? ReadEndpoint(Cursor at, Layer<ProcessSettings> own, LowerLayers lowest)
    {
        if (EndpointId.Reject(at.Key) is { } reason)
            at.ReportKey(reason);
        if (!_ids.Add(at.Key) && _ids.TryGetValue(at.Key, out var other))
            at.ReportKey(
                $"differs from \"{other}\" ({own.Find("endpoints")?.At.Find(other)?.Place}) in the case of letters only; ids must be "
                    + "told apart by eye");
        if (at.Fields is null)
        {
            at.Refuse("an object with at least url");
            return null;
        }
        var errors = diagnostics.Count;
        var layer = EndpointRules.CheckMode(WithTemplates.Read(at, "endpoint"));
        var errorsBefore = diagnostics.Count;
        var templates = ChosenTemplates(layer);
        var areTemplatesKnown = diagnostics.Count == errorsBefore;
        var lower = LowerLayersOf(templates, lowest);
        Layer<EndpointSettings>[] layers = [.. lower.Layers, layer];
        // What can be told despite other errors is told with them.
        CheckGroup(layers);
        var mayHaveUrl =
            !lower.IsSound
            || !areTemplatesKnown
            || at.Find(EndpointSetting.Url.Key) is not null
            || (diagnostics.Count > errors && HasSlipOfUrl(at));
        if (!mayHaveUrl && layers.Deciding(EndpointSetting.Url.Key) is null)
            at.ReportKey("needs url");
        var settings = layer.Over(lower.Settings);
        if (areTemplatesKnown)
        {
            foreach (var rule in EndpointRules.All)
                rule.Check(settings, layers);
        }
        if (diagnostics.Count > errors || !lower.IsSound || EndpointId.Reject(at.Key) is not null)
            return null;
        return new LayeredEndpoint(settings with { Id = new EndpointId(at.Key) }, layers);
    }

    // Not null: the caller has checked that the value is an object.
    private static bool HasSlipOfUrl(Cursor at) => at.Fields!.Any(field => Nearest.To(field.Key, [EndpointSetting.Url.Key]) is not null);

    private ValueList<string> ChosenTemplates(Layer<EndpointSettings> layer)
    {
        if (layer.Find("templates") is not { At: var at })
            return [];
        if (at.Elements is not { } elements)
        {
            at.Refuse("a list of names of templates");
            return [];
        }
        var chosen = new List<string>(elements.Count);
        for (var index = 0; index < elements.Count; index++)
        {
            var element = at.Element(index, elements[index]);
            if (element.Text is { } name && IsTemplate(name, at.Sources))
                chosen.Add(name);
            else
                ReportUnknownTemplate(element);
        }
        return [.. chosen];
    }

    private void ReportUnknownTemplate(Cursor element)
    {
        var own = _templates.Where(template => !template.Value.IsBuiltIn).Select(template => template.Key);
        if (element.Text?.StartsWith(Dialects.Prefix, StringComparison.Ordinal) == true)
            element.ReportUnknown("dialect", Dialects.Names);
        else
            element.ReportUnknown("template", own, Dialects.Names.FirstOrDefault(name => name == Dialects.Prefix + element.Text));
    }

    /// <summary>Whether there is a template of this name; one of the operator stands in place of a built-in one.</summary>
    private bool IsTemplate(string name, Sources sources)
    {
        if (_templates.ContainsKey(name))
            return true;
        if (Dialects.Layer(name, sources) is not { } dialect)
            return false;
        _templates.Add(name, EndpointRules.CheckMode(dialect));
        return true;
    }

    private LowerLayers LowerLayersOf(ValueList<string> templates, LowerLayers lowest)
    {
        if (_lowerLayers.TryGetValue(templates, out var known))
            return known;
        var chosen = templates.Select(name => _templates[name]).ToArray();
        return _lowerLayers[templates] = new LowerLayers([.. lowest.Layers, .. chosen], chosen.Over(lowest.Settings));
    }

    private void CheckGroup(IReadOnlyList<Layer<EndpointSettings>> layers)
    {
        if (layers.Deciding(EndpointSetting.Group.Key) is { Assignment.At: { IsNull: false, Text: { } group } at }
            && !_groups.ContainsKey(group))
            at.ReportUnknown("group", _groups.Keys);
    }

    private static IEnumerable<Cursor> Members(Layer<ProcessSettings> own, string name)
    {
        if (own.Find(name) is not { At: { } at })
            yield break;
        if (at.Fields is not { } fields)
        {
            at.Refuse("an object");
            yield break;
        }
        for (var index = 0; index < fields.Count; index++)
            yield return at.Below(fields[index]);
    }
}

/// <summary>All layers below an endpoint's own, shared by the endpoints that name the same templates.</summary>
internal sealed record LowerLayers(Layer<EndpointSettings>[] Layers, EndpointSettings Settings)
{
    public bool IsSound { get; } = Array.TrueForAll(Layers, layer => layer.IsSound);
}

/// <summary>The settings of a tree, with their layers.</summary>
internal sealed record BoundConfiguration(
    ProcessSettings Process,
    IReadOnlyList<Layer<ProcessSettings>> ProcessLayers,
    IReadOnlyList<Layer<EndpointSettings>> Defaults,
    IReadOnlyList<GroupSettings> Groups,
    IReadOnlyList<LayeredEndpoint> Endpoints,
    IReadOnlyList<SinkSettings> Sinks,
    Cursor? Akka);
