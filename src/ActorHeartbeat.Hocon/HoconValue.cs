using System.Runtime.CompilerServices;

namespace ActorHeartbeat.Hocon;

/// <summary>A resolved value: no substitution is left in it.</summary>
public abstract record HoconValue(HoconOrigin Origin)
{
    /// <summary>Always true; throws where comparing deeper would overflow the stack.</summary>
    /// <exception cref="InsufficientExecutionStackException">The value is nested too deep to be compared.</exception>
    private protected static bool IsShallowEnough()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return true;
    }
}

/// <summary>Fields in the order in which their keys first appeared; every key once.</summary>
public sealed record HoconObject(HoconOrigin Origin, IReadOnlyList<HoconField> Fields) : HoconValue(Origin)
{
    private Dictionary<string, HoconField>? _byKey;

    /// <summary>The value of a key; null when there is none.</summary>
    public HoconValue? this[string key] => Find(key)?.Value;

    /// <summary>The value that a path of keys leads to; null when there is none.</summary>
    public HoconValue? At(params ReadOnlySpan<string> path)
    {
        HoconValue? at = this;
        foreach (var key in path)
            at = (at as HoconObject)?[key];
        return at;
    }

    public HoconField? Find(string key)
    {
        _byKey ??= Fields.ToDictionary(field => field.Key, StringComparer.Ordinal);
        return _byKey.GetValueOrDefault(key);
    }

    public bool Equals(HoconObject? other) => other is not null && IsShallowEnough() && Fields.SequenceEqual(other.Fields);

    public override int GetHashCode() => Fields.Count;
}

/// <summary>A key and its value.</summary>
/// <param name="Key">The key without quotes.</param>
/// <param name="Origin">The place of the key that gave the value; for a merged object, of the latest key.</param>
/// <param name="Value">The value.</param>
public sealed record HoconField(string Key, HoconOrigin Origin, HoconValue Value);

public sealed record HoconArray(HoconOrigin Origin, IReadOnlyList<HoconValue> Items) : HoconValue(Origin)
{
    public bool Equals(HoconArray? other) => other is not null && IsShallowEnough() && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Count;
}

public sealed record HoconString(HoconOrigin Origin, string Text) : HoconValue(Origin);

/// <summary>A number as it was written: 1e5 stays 1e5.</summary>
public sealed record HoconNumber(HoconOrigin Origin, string Text) : HoconValue(Origin);

public sealed record HoconBoolean(HoconOrigin Origin, bool Value) : HoconValue(Origin);

public sealed record HoconNull(HoconOrigin Origin) : HoconValue(Origin);
