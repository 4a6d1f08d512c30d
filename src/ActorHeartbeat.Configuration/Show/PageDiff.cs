using System.Text.Json;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Show;

/// <summary>Compares two configurations as the page of a running service shows them.</summary>
internal static class PageDiff
{
    public static ConfigurationDiff Between(JsonElement old, JsonElement @new) => new(
        EndpointChanges.Between(Endpoints(old), Endpoints(@new), EndpointChangeBetween),
        [
            .. Changes(ProcessSchema.Shape, Member(old, "settings"), Member(@new, "settings")),
            .. Named("groups", GroupSchema.Shape, old, @new),
            .. Named("sinks", SinkSchema.Shape, old, @new),
            .. ConfigurationDiff.Akka(Same(Member(old, "akka"), Member(@new, "akka"))),
        ]);

    private static IEnumerable<ChangedSetting> Named<TSettings>(
        string section,
        Shape<TSettings> shape,
        JsonElement old,
        JsonElement @new
    ) => ConfigurationDiff.Named(section, Members(old, section), Members(@new, section), (before, after) => Changes(shape, before, after));

    private static IEnumerable<KeyValuePair<EndpointId, JsonElement>> Endpoints(JsonElement of) =>
        Members(of, "endpoints").Select(member => KeyValuePair.Create(new EndpointId(member.Key), member.Value));

    private static EndpointChange EndpointChangeBetween(JsonElement old, JsonElement @new)
    {
        var changes = Changes(EndpointSchema.Shape, old, @new).ToArray();
        return new EndpointChange(
            changes.Select(change => change.Effect).DefaultIfEmpty().Max(), [.. changes.Select(change => change.Key)]);
    }

    private static IEnumerable<ChangedSetting> Changes<TSettings>(Shape<TSettings> shape, JsonElement old, JsonElement @new) =>
        shape
            .Keys.Where(key => !Same(Member(old, key.Path), Member(@new, key.Path)))
            .Select(key => new ChangedSetting(key.Path, key.Effect));

    private static bool Same(JsonElement one, JsonElement other) =>
        one.ValueKind == JsonValueKind.Undefined || other.ValueKind == JsonValueKind.Undefined
            ? one.ValueKind == other.ValueKind
            : JsonElement.DeepEquals(one, other);

    private static JsonElement Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) ? member : default;

    private static IEnumerable<KeyValuePair<string, JsonElement>> Members(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.Object } member
            ? member.EnumerateObject().Select(each => KeyValuePair.Create(each.Name, each.Value))
            : [];
}
