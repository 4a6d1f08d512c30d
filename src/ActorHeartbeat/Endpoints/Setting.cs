namespace ActorHeartbeat.Endpoints;

/// <summary>One setting of <typeparamref name="TSettings"/>: its key, the effect of a change, its rule, and access to its value.</summary>
public abstract class Setting<TSettings>
{
    private protected Setting(string key, ChangeEffect effect) => (Key, Effect) = (key, effect);

    /// <summary>The key as spelled in the configuration, relative to its object, such as <c>heartbeat.interval</c>.</summary>
    public string Key { get; }

    /// <summary>The effect of a change.</summary>
    public ChangeEffect Effect { get; }

    /// <summary>Its value in <paramref name="settings"/>; compared by content.</summary>
    public abstract object? ValueIn(TSettings settings);

    /// <summary>Why its value in <paramref name="settings"/> is not taken, in one line without the value; null when it is.</summary>
    public abstract string? Reject(TSettings settings);

    /// <summary>Calls <paramref name="visitor"/> with the type of the value.</summary>
    internal abstract TResult Accept<TResult>(ISettingVisitor<TSettings, TResult> visitor);

    public override string ToString() => Key;
}

/// <inheritdoc/>
public sealed class Setting<TSettings, TValue> : Setting<TSettings>
{
    private readonly Func<TSettings, TValue> _get;
    private readonly Func<TSettings, TValue, TSettings> _set;

    /// <summary>A setting that takes every value of its type.</summary>
    /// <param name="key">The key, relative to its object.</param>
    /// <param name="effect">The effect of a change.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Returns a copy of the settings with another value of the property.</param>
    public Setting(string key, ChangeEffect effect, Func<TSettings, TValue> get, Func<TSettings, TValue, TSettings> set)
        : this(key, effect, null, get, set)
    {
    }

    internal Setting(
        string key, ChangeEffect effect, ValueRule<TValue>? rule, Func<TSettings, TValue> get, Func<TSettings, TValue, TSettings> set)
        : base(key, effect) => (Rule, _get, _set) = (rule, get, set);

    /// <summary>
    /// The values that it takes; null for every value, where the type says all, as that of a switch, of words or of a structure does.
    /// </summary>
    internal ValueRule<TValue>? Rule { get; }

    public TValue Get(TSettings settings) => _get(settings);

    /// <summary>A copy of <paramref name="settings"/> with <paramref name="value"/>.</summary>
    public TSettings With(TSettings settings, TValue value) => _set(settings, value);

    public override object? ValueIn(TSettings settings) => _get(settings);

    public override string? Reject(TSettings settings) => RejectValue(_get(settings));

    internal string? RejectValue(TValue value) => Rule?.Reject(value);

    internal override TResult Accept<TResult>(ISettingVisitor<TSettings, TResult> visitor) => visitor.Visit(this);
}

/// <summary>Does something with settings whose values have different types.</summary>
internal interface ISettingVisitor<TSettings, out TResult>
{
    TResult Visit<TValue>(Setting<TSettings, TValue> setting);
}

/// <summary>A record inside the settings: the keys of its properties begin with its name.</summary>
/// <param name="name">The key of the record, relative to its object; empty when it has none of its own.</param>
/// <param name="get">Reads the record.</param>
/// <param name="set">Returns a copy of the settings with another record.</param>
public sealed class SettingsPart<TSettings, TPart>(string name, Func<TSettings, TPart> get, Func<TSettings, TPart, TSettings> set)
{
    /// <summary>A setting that is a property of the record, and takes every value of its type.</summary>
    public Setting<TSettings, TValue> Setting<TValue>(
        string key, ChangeEffect effect, Func<TPart, TValue> read, Func<TPart, TValue, TPart> write) =>
        Setting(key, effect, null, read, write);

    /// <summary>A setting that is a property of the record.</summary>
    internal Setting<TSettings, TValue> Setting<TValue>(
        string key, ChangeEffect effect, ValueRule<TValue>? rule, Func<TPart, TValue> read, Func<TPart, TValue, TPart> write) =>
        new(Path(key), effect, rule, settings => read(get(settings)), (settings, value) => set(settings, write(get(settings), value)));

    /// <summary>A record inside the record.</summary>
    public SettingsPart<TSettings, TInner> Part<TInner>(string key, Func<TPart, TInner> read, Func<TPart, TInner, TPart> write) =>
        new(Path(key), settings => read(get(settings)), (settings, inner) => set(settings, write(get(settings), inner)));

    private string Path(string key) => name.Length == 0 ? key : $"{name}.{key}";
}
