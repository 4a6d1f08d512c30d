using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>A changed key outside the endpoints, and the effect of the change.</summary>
public sealed record ChangedSetting(string Key, ChangeEffect Effect);

/// <summary>The effect of replacing one configuration by another. Pure: it reads nothing and changes nothing.</summary>
/// <param name="Endpoints">Changes of endpoints; the supervisor receives the same value.</param>
/// <param name="Settings">Changed keys of the process, of groups and sinks, and <c>akka</c>.</param>
public sealed record ConfigurationDiff(EndpointChanges Endpoints, ValueList<ChangedSetting> Settings)
{
    /// <summary>Keys whose change takes effect only when the process restarts.</summary>
    public IEnumerable<ChangedSetting> NeedsRestart => Settings.Where(setting => setting.Effect == ChangeEffect.Restart);

    public bool IsEmpty => Endpoints.IsEmpty && Settings.Count == 0;

    public static ConfigurationDiff Between(ServiceConfiguration old, ServiceConfiguration @new) => new(
        EndpointChanges.Between(old.Endpoints, @new.Endpoints),
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

    /// <summary>
    /// Lists the changes in a section: one for each member that was added or removed, one for each changed key of the others.
    /// </summary>
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
