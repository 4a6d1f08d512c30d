using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>An endpoint that both configurations have, with different settings.</summary>
public sealed record ChangedEndpoint(EndpointId Id, EndpointChange Change);

/// <summary>A key outside the endpoints that changed, and what that takes.</summary>
public sealed record ChangedSetting(string Key, ChangeEffect Effect);

/// <summary>What replacing one configuration by another does. Pure: it reads nothing and changes nothing.</summary>
public sealed record ConfigurationDiff
{
    public ValueList<EndpointId> Added { get; internal init; } = [];

    public ValueList<EndpointId> Removed { get; internal init; } = [];

    public ValueList<ChangedEndpoint> Changed { get; internal init; } = [];

    /// <summary>Keys of the process, of groups and sinks, and <c>akka</c>.</summary>
    public ValueList<ChangedSetting> Settings { get; internal init; } = [];

    public int Unchanged { get; internal init; }

    /// <summary>Endpoints that get a new connection.</summary>
    public IEnumerable<ChangedEndpoint> Reconnected => Changed.Where(endpoint => endpoint.Change.Effect == Reconnect);

    /// <summary>Endpoints whose connection stays; the change counts from the next dial.</summary>
    public IEnumerable<ChangedEndpoint> FromNextAttempt => Changed.Where(endpoint => endpoint.Change.Effect == NextAttempt);

    /// <summary>Endpoints whose connection stays; the change counts at once.</summary>
    public IEnumerable<ChangedEndpoint> ChangedLive => Changed.Where(endpoint => endpoint.Change.Effect == Live);

    /// <summary>Keys whose change waits for a new process.</summary>
    public IEnumerable<ChangedSetting> NeedsRestart => Settings.Where(setting => setting.Effect == ChangeEffect.Restart);

    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count + Settings.Count == 0;

    /// <summary>The share of the old configuration's endpoints that is removed, 0 to 1.</summary>
    public double RemovedShare => Removed.Count == 0 ? 0 : (double)Removed.Count / (Removed.Count + Changed.Count + Unchanged);

    public static ConfigurationDiff Between(ServiceConfiguration old, ServiceConfiguration @new) => Compare(
        old.Endpoints.Select(endpoint => KeyValuePair.Create(endpoint.Id.Value, endpoint)),
        @new.Endpoints.Select(endpoint => KeyValuePair.Create(endpoint.Id.Value, endpoint)),
        EndpointChange.Between,
        [
            .. Changes(ProcessSchema.Shape, old.Process, @new.Process),
            .. Named(
                "groups",
                old.Groups.Select(group => KeyValuePair.Create(group.Name, group)),
                @new.Groups.Select(group => KeyValuePair.Create(group.Name, group)),
                (before, after) => Changes(GroupSchema.Shape, before, after)),
            .. Named(
                "sinks",
                old.Sinks.Select(sink => KeyValuePair.Create(sink.Name, sink)),
                @new.Sinks.Select(sink => KeyValuePair.Create(sink.Name, sink)),
                (before, after) => Changes(SinkSchema.Shape, before, after)),
            .. Akka(old.Akka == @new.Akka),
        ]);

    /// <summary>The same from whatever endpoints are known by.</summary>
    internal static ConfigurationDiff Compare<TEndpoint>(
        IEnumerable<KeyValuePair<string, TEndpoint>> old,
        IEnumerable<KeyValuePair<string, TEndpoint>> @new,
        Func<TEndpoint, TEndpoint, EndpointChange> between,
        ValueList<ChangedSetting> settings)
    {
        var before = new OrderedDictionary<string, TEndpoint>(old, StringComparer.Ordinal);
        var gone = new HashSet<string>(before.Keys, StringComparer.Ordinal);
        var added = new List<EndpointId>();
        var changed = new List<ChangedEndpoint>();
        var kept = 0;
        foreach (var (id, endpoint) in @new)
        {
            if (!gone.Remove(id))
                added.Add(new EndpointId(id));
            else if (between(before[id], endpoint) is { Effect: not None } change)
                changed.Add(new ChangedEndpoint(new EndpointId(id), change));
            else
                kept++;
        }
        return new ConfigurationDiff
        {
            Added = [.. added],
            Removed = [.. before.Keys.Where(gone.Contains).Select(id => new EndpointId(id))],
            Changed = [.. changed],
            Settings = settings,
            Unchanged = kept,
        };
    }

    /// <summary>Members of a section that came or went are one change each; of the others, each key.</summary>
    internal static IEnumerable<ChangedSetting> Named<T>(
        string section,
        IEnumerable<KeyValuePair<string, T>> old,
        IEnumerable<KeyValuePair<string, T>> @new,
        Func<T, T, IEnumerable<ChangedSetting>> between)
    {
        var before = new Dictionary<string, T>(old, StringComparer.Ordinal);
        foreach (var (name, member) in @new)
        {
            var changes = before.Remove(name, out var previous)
                ? between(previous, member).Select(change => change with { Key = $"{section}.{name}.{change.Key}" })
                : [new ChangedSetting($"{section}.{name}", Live)];
            foreach (var change in changes)
                yield return change;
        }
        foreach (var name in before.Keys)
            yield return new ChangedSetting($"{section}.{name}", Live);
    }

    internal static IEnumerable<ChangedSetting> Akka(bool isSame) => isSame ? [] : [new ChangedSetting("akka", ChangeEffect.Restart)];

    private static IEnumerable<ChangedSetting> Changes<TSettings>(Shape<TSettings> shape, TSettings old, TSettings @new) =>
        shape.Keys.Where(key => !Equals(key.ValueIn(old), key.ValueIn(@new))).Select(key => new ChangedSetting(key.Path, key.Effect));
}
