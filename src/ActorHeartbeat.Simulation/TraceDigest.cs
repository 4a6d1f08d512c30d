namespace ActorHeartbeat.Simulation;

/// <summary>Folds a history into one number, the same in every process.</summary>
internal sealed class TraceDigest
{
    private readonly Dictionary<Type, ulong> _typeHashes = [];

    public long Count { get; private set; }

    public ulong Value { get; private set; } = StableHash.Of("trace");

    public void Add(TimeSpan time, ulong receiver, object message)
    {
        Count++;
        Fold((ulong)time.Ticks);
        Fold(receiver);
        Fold(HashOf(message.GetType()));
        Fold(ValueHash(message));
    }

    private void Fold(ulong value) => Value = StableHash.Mix(Value, value);

    private ulong HashOf(Type type)
    {
        if (!_typeHashes.TryGetValue(type, out var hash))
            _typeHashes[type] = hash = StableHash.Of(type.ToString());
        return hash;
    }

    /// <summary>Hashes values that are the same in every process; any other message counts only by its type.</summary>
    private static ulong ValueHash(object message) => message switch
    {
        string text => StableHash.Of(text),
        int number => (ulong)number,
        long number => (ulong)number,
        Enum choice => StableHash.Of(choice.ToString()),
        _ => 0,
    };
}
