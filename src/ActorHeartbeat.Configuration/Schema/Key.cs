using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>One row of the schema: a key of <typeparamref name="TSettings"/>.</summary>
/// <param name="path">The key relative to its section, dots between the names.</param>
/// <param name="effect">The effect of a change.</param>
internal abstract class Key<TSettings>(string path, ChangeEffect effect)
{
    public string Path { get; } = path;

    public ChangeEffect Effect { get; } = effect;

    /// <summary>The allowed values, as text to follow "expected".</summary>
    public abstract string Expected { get; }

    /// <summary>The setting that it reads; null when its value is read elsewhere.</summary>
    public virtual Setting<TSettings>? Setting => null;

    /// <summary>Whether its value is an object with names of the operator's choice. Each name may come from another layer.</summary>
    public virtual bool HasNames => false;

    /// <summary>Whether its value can hold a secret.</summary>
    public virtual bool MayHoldSecret => false;

    /// <summary>Reads the value; null when it is refused, which is reported.</summary>
    public abstract Assignment<TSettings>? Read(Cursor at);

    /// <summary>The key's value in <paramref name="settings"/>, compared by content.</summary>
    public abstract object? ValueIn(TSettings settings);

    /// <summary>Writes the value in the configuration's spelling.</summary>
    /// <param name="json">Receives the value.</param>
    /// <param name="settings">The settings that hold it.</param>
    /// <param name="asWritten">False shows the shape of a value that may hold a secret.</param>
    public abstract void Write(Utf8JsonWriter json, TSettings settings, bool asWritten);

    public override string ToString() => Path;
}

/// <inheritdoc/>
/// <param name="setting">The property, the key and the effect of a change.</param>
/// <param name="reader">The rule of its value.</param>
internal sealed class Key<TSettings, TValue>(Setting<TSettings, TValue> setting, ValueReader<TValue> reader)
    : Key<TSettings>(setting.Key, setting.Effect)
{
    public override string Expected => reader.Expected;

    public override Setting<TSettings> Setting => setting;

    public override bool HasNames => reader.HasNames;

    public override bool MayHoldSecret => reader.MayHoldSecret;

    public override Assignment<TSettings>? Read(Cursor at) => reader.TryRead(at, out var value) ? new Assigned(this, at, value) : null;

    public override object? ValueIn(TSettings settings) => setting.Get(settings);

    public override void Write(Utf8JsonWriter json, TSettings settings, bool asWritten) =>
        reader.Write(json, setting.Get(settings), asWritten);

    private TSettings Put(TSettings settings, TValue value) => setting.With(settings, reader.Over(value, setting.Get(settings)));

    private sealed class Assigned(Key<TSettings, TValue> key, in Cursor at, TValue value) : Assignment<TSettings>(key, at)
    {
        public override TSettings Apply(TSettings settings) => ((Key<TSettings, TValue>)Key).Put(settings, value);
    }
}

/// <summary>Creates a key inside a value. A change takes the effect of the value; the key has none of its own.</summary>
internal static class Part
{
    public static Key<TSettings, TValue> Of<TSettings, TValue>(
        string path, ValueReader<TValue> reader, Func<TSettings, TValue> get, Func<TSettings, TValue, TSettings> set) =>
        new(new Setting<TSettings, TValue>(path, ChangeEffect.None, get, set), reader);
}

/// <summary>A key whose value is read elsewhere. The schema only needs to know that it exists.</summary>
internal sealed class Section<TSettings>(string path) : Key<TSettings>(path, ChangeEffect.None)
{
    public override string Expected => "an object";

    public override Assignment<TSettings>? Read(Cursor at) => new Named(this, at);

    public override object? ValueIn(TSettings settings) => null;

    public override void Write(Utf8JsonWriter json, TSettings settings, bool asWritten) => json.WriteNullValue();

    private sealed class Named(Key<TSettings> key, in Cursor at) : Assignment<TSettings>(key, at)
    {
        public override TSettings Apply(TSettings settings) => settings;
    }
}
