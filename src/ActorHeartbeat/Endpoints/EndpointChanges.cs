using System.Runtime.Serialization;

namespace ActorHeartbeat.Endpoints;

/// <summary>An endpoint that two configurations both have, with different settings.</summary>
public sealed record ChangedEndpoint(EndpointId Id, EndpointChange Change);

/// <summary>What differs between two sets of endpoints. Immutable and pure: the sender of a configuration computes it once.</summary>
/// <param name="Added">In the new set alone, in its order.</param>
/// <param name="Removed">In the old set alone, in its order.</param>
/// <param name="Changed">In both, with different settings.</param>
/// <param name="Unchanged">How many are the same in both.</param>
public sealed record EndpointChanges(
    ValueList<EndpointId> Added, ValueList<EndpointId> Removed, ValueList<ChangedEndpoint> Changed, int Unchanged)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    /// <summary>How many endpoints the old set has.</summary>
    public int OldCount => Removed.Count + Changed.Count + Unchanged;

    /// <summary>The share of the old set that is removed, 0 to 1.</summary>
    public double RemovedShare => Removed.Count == 0 ? 0 : (double)Removed.Count / OldCount;

    /// <summary>Endpoints that get a new connection.</summary>
    [IgnoreDataMember]
    public IEnumerable<ChangedEndpoint> Reconnected => With(ChangeEffect.Reconnect);

    /// <summary>Endpoints whose connection stays; the change takes effect at the next dial.</summary>
    [IgnoreDataMember]
    public IEnumerable<ChangedEndpoint> FromNextAttempt => With(ChangeEffect.NextAttempt);

    /// <summary>Endpoints whose connection stays; the change takes effect at once.</summary>
    [IgnoreDataMember]
    public IEnumerable<ChangedEndpoint> ChangedLive => With(ChangeEffect.Live);

    /// <summary>Compares by id, and endpoints of the same id by content.</summary>
    public static EndpointChanges Between(IEnumerable<EndpointSettings> old, IEnumerable<EndpointSettings> @new) =>
        Between(
            old.Select(endpoint => KeyValuePair.Create(endpoint.Id, endpoint)),
            @new.Select(endpoint => KeyValuePair.Create(endpoint.Id, endpoint)),
            EndpointChange.Between);

    /// <summary>Compares endpoints in another form, such as the page of a running service.</summary>
    /// <param name="old">By id.</param>
    /// <param name="new">By id.</param>
    /// <param name="between">Compares two forms of the same endpoint.</param>
    public static EndpointChanges Between<TEndpoint>(
        IEnumerable<KeyValuePair<EndpointId, TEndpoint>> old,
        IEnumerable<KeyValuePair<EndpointId, TEndpoint>> @new,
        Func<TEndpoint, TEndpoint, EndpointChange> between)
    {
        var before = new OrderedDictionary<EndpointId, TEndpoint>(old);
        var gone = new HashSet<EndpointId>(before.Keys);
        var added = new List<EndpointId>();
        var changed = new List<ChangedEndpoint>();
        var kept = 0;
        foreach (var (id, endpoint) in @new)
        {
            if (!gone.Remove(id))
                added.Add(id);
            else if (between(before[id], endpoint) is { Effect: not ChangeEffect.None } change)
                changed.Add(new ChangedEndpoint(id, change));
            else
                kept++;
        }
        return new EndpointChanges([.. added], [.. before.Keys.Where(gone.Contains)], [.. changed], kept);
    }

    private IEnumerable<ChangedEndpoint> With(ChangeEffect effect) => Changed.Where(endpoint => endpoint.Change.Effect == effect);
}
