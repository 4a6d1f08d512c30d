namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Who listens to conversations, over the API or in the console: four at once, because an operator looks at few, and every line of each is
/// made for it.
/// </summary>
internal sealed class TapPlaces
{
    public const int Most = 4;

    private int _taken;

    /// <summary>Takes a place until it is disposed; null when all are taken.</summary>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Most)
            return new Place(this);
        Interlocked.Decrement(ref _taken);
        return null;
    }

    private sealed class Place(TapPlaces places) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
                Interlocked.Decrement(ref places._taken);
        }
    }
}
