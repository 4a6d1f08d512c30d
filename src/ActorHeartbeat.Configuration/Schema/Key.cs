using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>One row of the schema: a key of <typeparamref name="TSettings"/>.</summary>
/// <param name="path">The key relative to its section, dots between the names.</param>
/// <param name="effect">What a change of it takes.</param>
internal abstract class Key<TSettings>(string path, ChangeEffect effect)
{
    public string Path { get; } = path;

    public ChangeEffect Effect { get; } = effect;

    /// <summary>What is allowed, to stand after "expected".</summary>
    public abstract string Expected { get; }

    /// <summary>The setting that it reads; null when its value is read elsewhere.</summary>
    public virtual Setting<TSettings>? Setting => null;

    /// <summary>Whether its value is an object with names of the operator's choice, each of which may come from another layer.</summary>
    public virtual bool HasNames => false;

    /// <summary>The key with the value read; null when the value was refused and reported.</summary>
    public abstract Assignment<TSettings>? Read(Cursor at);

    /// <summary>The key's value in <paramref name="settings"/>, compared by content.</summary>
    public abstract object? ValueIn(TSettings settings);

    /// <summary>Writes the value in the configuration's spelling, secrets masked.</summary>
    public abstract void Write(Utf8JsonWriter json, TSettings settings);

    public override string ToString() => Path;
}

/// <inheritdoc/>
/// <param name="setting">What it is: the property, the key and what a change takes.</param>
/// <param name="reader">The rule of its value.</param>
internal sealed class Key<TSettings, TValue>(Setting<TSettings, TValue> setting, ValueReader<TValue> reader)
    : Key<TSettings>(setting.Key, setting.Effect)
{
    public override string Expected => reader.Expected;

    public override Setting<TSettings> Setting => setting;

    public override bool HasNames => reader.HasNames;

    public override Assignment<TSettings>? Read(Cursor at) => reader.TryRead(at, out var value) ? new Assigned(this, at, value) : null;

    public override object? ValueIn(TSettings settings) => setting.Get(settings);

    public override void Write(Utf8JsonWriter json, TSettings settings) => reader.Write(json, setting.Get(settings));

    private TSettings Put(TSettings settings, TValue value) => setting.With(settings, reader.Over(value, setting.Get(settings)));

    private sealed class Assigned(Key<TSettings, TValue> key, in Cursor at, TValue value) : Assignment<TSettings>(key, at)
    {
        public override TSettings Apply(TSettings settings) => ((Key<TSettings, TValue>)Key).Put(settings, value);
    }
}

/// <summary>Makes a key inside a value: it has no effect of its own, the value has.</summary>
internal static class Part
{
    public static Key<TSettings, TValue> Of<TSettings, TValue>(
        string path, ValueReader<TValue> reader, Func<TSettings, TValue> get, Func<TSettings, TValue, TSettings> set) =>
        new(new Setting<TSettings, TValue>(path, ChangeEffect.None, get, set), reader);
}

/// <summary>A key whose value is read elsewhere: the schema only has to know that it is there.</summary>
internal sealed class Section<TSettings>(string path) : Key<TSettings>(path, ChangeEffect.None)
{
    public override string Expected => "an object";

    public override Assignment<TSettings>? Read(Cursor at) => new Named(this, at);

    public override object? ValueIn(TSettings settings) => null;

    public override void Write(Utf8JsonWriter json, TSettings settings) => json.WriteNullValue();

    private sealed class Named(Key<TSettings> key, in Cursor at) : Assignment<TSettings>(key, at)
    {
        public override TSettings Apply(TSettings settings) => settings;
    }
}
