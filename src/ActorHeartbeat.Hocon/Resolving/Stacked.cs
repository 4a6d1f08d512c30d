namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Objects to merge, collected from the top down. Nearly always there is one, which needs no list.</summary>
internal struct Stacked
{
    private SeenObject? _top;
    private List<SeenObject>? _below;

    public readonly bool IsEmpty => _top is null;

    public void PutBelow(SeenObject next)
    {
        if (_top is null)
            _top = next;
        else
            (_below ??= []).Add(next);
    }

    public SeenObject TakeLowest()
    {
        var lowest = _below is [.., var last] ? last : _top!; // not null: the caller has checked IsEmpty
        if (_below is { Count: > 0 })
            _below.RemoveAt(_below.Count - 1);
        else
            _top = null;
        return lowest;
    }
}
