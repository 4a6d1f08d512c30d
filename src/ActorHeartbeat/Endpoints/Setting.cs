namespace ActorHeartbeat.Endpoints;

/// <summary>One setting of <typeparamref name="TSettings"/>: its key, the effect of a change, and access to its value.</summary>
public abstract class Setting<TSettings>
{
    private protected Setting(string key, ChangeEffect effect) => (Key, Effect) = (key, effect);

    /// <summary>The key as spelled in the configuration, relative to its object, such as <c>heartbeat.interval</c>.</summary>
    public string Key { get; }

    /// <summary>The effect of a change.</summary>
    public ChangeEffect Effect { get; }

    /// <summary>Its value in <paramref name="settings"/>; compared by content.</summary>
    public abstract object? ValueIn(TSettings settings);

    public override string ToString() => Key;
}

/// <inheritdoc/>
/// <param name="key">The key, relative to its object.</param>
/// <param name="effect">The effect of a change.</param>
/// <param name="get">Reads the property.</param>
/// <param name="set">Returns a copy of the settings with another value of the property.</param>
public sealed class Setting<TSettings, TValue>(
    string key, ChangeEffect effect, Func<TSettings, TValue> get, Func<TSettings, TValue, TSettings> set) : Setting<TSettings>(key, effect)
{
    public TValue Get(TSettings settings) => get(settings);

    /// <summary>A copy of <paramref name="settings"/> with <paramref name="value"/>.</summary>
    public TSettings With(TSettings settings, TValue value) => set(settings, value);

    public override object? ValueIn(TSettings settings) => get(settings);
}

/// <summary>A record inside the settings: the keys of its properties begin with its name.</summary>
/// <param name="name">The key of the record, relative to its object.</param>
/// <param name="get">Reads the record.</param>
/// <param name="set">Returns a copy of the settings with another record.</param>
public sealed class SettingsPart<TSettings, TPart>(string name, Func<TSettings, TPart> get, Func<TSettings, TPart, TSettings> set)
{
    /// <summary>A setting that is a property of the record.</summary>
    public Setting<TSettings, TValue> Setting<TValue>(
        string key, ChangeEffect effect, Func<TPart, TValue> read, Func<TPart, TValue, TPart> write) =>
        new($"{name}.{key}", effect, settings => read(get(settings)), (settings, value) => set(settings, write(get(settings), value)));

    /// <summary>A record inside the record.</summary>
    public SettingsPart<TSettings, TInner> Part<TInner>(string key, Func<TPart, TInner> read, Func<TPart, TInner, TPart> write) =>
        new($"{name}.{key}", settings => read(get(settings)), (settings, inner) => set(settings, write(get(settings), inner)));
}
