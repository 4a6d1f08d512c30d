using Akka.Actor;

namespace Akka.Deterministic;

/// <summary>Folds a trace into one number, the same in every process.</summary>
internal sealed class TraceDigest
{
    private readonly Dictionary<Type, ulong> _typeHashes = [];

    public long Count { get; private set; }

    public ulong Value { get; private set; } = TextHash("trace");

    public void Add(TimeSpan time, ActorCell receiver, object message)
    {
        Count++;
        if (receiver.TraceHash == 0)
            receiver.TraceHash = TextHash(receiver.Self.Path.ToStringWithUid());
        Value = Mix(Mix(Mix(Mix(Value, (ulong)time.Ticks), receiver.TraceHash), HashOf(message.GetType())), ValueHash(message));
    }

    private ulong HashOf(Type type)
    {
        if (!_typeHashes.TryGetValue(type, out var hash))
            _typeHashes[type] = hash = TextHash(type.ToString());
        return hash;
    }

    private static ulong ValueHash(object message) => message switch
    {
        string text => TextHash(text),
        int number => (ulong)number,
        long number => (ulong)number,
        Enum choice => TextHash(choice.ToString()),
        _ => 0,
    };

    /// <summary>FNV-1a over the characters: stable, unlike string.GetHashCode.</summary>
    private static ulong TextHash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
            hash = (hash ^ character) * 1099511628211UL;
        return hash;
    }

    /// <summary>The finaliser of splitmix64: every bit of the input reaches every bit of the result.</summary>
    private static ulong Mix(ulong state, ulong value)
    {
        var mixed = state ^ (value + 0x9E3779B97F4A7C15UL);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }
}
