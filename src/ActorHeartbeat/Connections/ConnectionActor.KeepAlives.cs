using System.Collections.Immutable;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Connections;

/// <content>What is said again and again. The state's one deadline covers it: there is no timer of its own.</content>
public sealed partial class ConnectionActor
{
    /// <summary>The times when keep-alives are due; one that is new begins now.</summary>
    private ImmutableDictionary<string, TimeSpan> DueTimes(
        ValueMap<KeepAlive> keepAlives, ImmutableDictionary<string, TimeSpan> known, ValueMap<KeepAlive> before) =>
        keepAlives.Count == 0
            ? ImmutableDictionary<string, TimeSpan>.Empty
            : keepAlives.ToImmutableDictionary(
                each => each.Key,
                each => known.TryGetValue(each.Key, out var due) && before[each.Key].Interval == each.Value.Interval
                    ? due
                    : Now + each.Value.Interval);

    /// <summary>The data after other settings hold.</summary>
    private ConnectedData WithKeepAlivesOf(ConnectedData data, EndpointSettings before, EndpointSettings now) =>
        before.KeepAlives == now.KeepAlives
            ? data
            : data with { KeepAlives = DueTimes(now.KeepAlives, data.KeepAlives, before.KeepAlives) };

    /// <summary>The keep-alives that are due, and the data in which they are not.</summary>
    private (ConnectedData Data, IReadOnlyList<KeyValuePair<string, KeepAlive>> Due) TakeDue(ConnectedData data)
    {
        if (data.KeepAlives.IsEmpty || !data.KeepAlives.Any(each => each.Value <= Now))
            return (data, []);
        var due = SettingsOf(data).KeepAlives.Where(each => data.KeepAlives.TryGetValue(each.Key, out var at) && at <= Now).ToArray();
        var next = data.KeepAlives.SetItems(due.Select(each => KeyValuePair.Create(each.Key, Now + each.Value.Interval)));
        return (data with { KeepAlives = next }, due);
    }

    private void SayKeepAlives(ConnectionLink link, IReadOnlyList<KeyValuePair<string, KeepAlive>> due)
    {
        foreach (var (name, keepAlive) in due)
            Require(link, link.KeepAlive(name, keepAlive, _dependencies.Dialer));
    }
}
