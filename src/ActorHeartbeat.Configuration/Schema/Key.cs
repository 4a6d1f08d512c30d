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

    /// <summary>The key with the value read; null when the value was refused and reported.</summary>
    public abstract Assignment<TSettings>? Read(Cursor at);

    /// <summary>The key's value in <paramref name="settings"/>, compared by content.</summary>
    public abstract object? ValueIn(TSettings settings);

    /// <summary>Writes the value in the configuration's spelling, secrets masked.</summary>
    public abstract void Write(Utf8JsonWriter json, TSettings settings);

    public override string ToString() => Path;
}

/// <inheritdoc/>
/// <param name="path">The key relative to its section.</param>
/// <param name="effect">What a change of it takes.</param>
/// <param name="reader">Reads its value.</param>
/// <param name="get">Where the value is kept.</param>
/// <param name="set">Settings with the value put in. A value that is laid over a lower layer's (headers, labels) is combined here.</param>
internal sealed class Key<TSettings, TValue>(
    string path, ChangeEffect effect, ValueReader<TValue> reader, Func<TSettings, TValue> get, Func<TSettings, TValue, TSettings> set)
    : Key<TSettings>(path, effect)
{
    public override string Expected => reader.Expected;

    public override Assignment<TSettings>? Read(Cursor at) => reader.TryRead(at, out var value) ? new Assigned(this, at, value) : null;

    public override object? ValueIn(TSettings settings) => get(settings);

    public override void Write(Utf8JsonWriter json, TSettings settings) => reader.Write(json, get(settings));

    private TSettings Put(TSettings settings, TValue value) => set(settings, value);

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
        new(path, ChangeEffect.None, reader, get, set);
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
