namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Decides when memory is worth a collection. The runtime returns memory that several collections in a row found unused, so they come in
/// rounds. A round that brought nothing is followed by a rest, unless the process grows anew: what is left is in use.
/// </summary>
internal sealed class CollectionRounds
{
    /// <summary>A process of this size is left alone.</summary>
    public const long Enough = 256L * 1024 * 1024;

    public const int CollectionsOfRound = 12;

    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    /// <summary>A change of the size by less is none.</summary>
    private const double Change = 0.05;

    private int _collections;
    private long _sizeAtStart, _sizeAtRest;
    private TimeSpan _restUntil;

    /// <summary>Whether to collect now.</summary>
    /// <param name="size">The bytes of memory that the process occupies.</param>
    /// <param name="now">A clock that does not jump.</param>
    public bool WantsCollection(long size, TimeSpan now)
    {
        if (size <= Enough)
        {
            (_collections, _restUntil) = (0, default);
            return false;
        }
        if (now < _restUntil && size <= _sizeAtRest * (1 + Change))
            return false;
        if (_collections == 0)
            _sizeAtStart = size;
        if (++_collections < CollectionsOfRound)
            return true;
        _collections = 0;
        if (size > _sizeAtStart * (1 - Change))
            (_restUntil, _sizeAtRest) = (now + Rest, size);
        return true;
    }
}
