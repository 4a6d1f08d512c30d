using System.Globalization;
using ActorHeartbeat.Hocon;

namespace Akka.Configuration;

/// <summary>An immutable tree of settings. A getter whose path has no value returns its default; one whose value does not fit throws <see cref="FormatException"/> with the place it came from.</summary>
public class Config
{
    public static readonly Config Empty = new();

    private readonly HoconObject _root;

    public Config() : this(new HoconObject(new HoconOrigin("empty", 0, 0), [])) { }

    /// <summary>The first over the second.</summary>
    public Config(Config source, Config fallback) : this(source.WithFallback(fallback)._root) { }

    internal Config(HoconObject root) => _root = root;

    /// <summary>Names at this level, in their order.</summary>
    internal IEnumerable<string> Keys => _root.Fields.Select(each => each.Key);

    public virtual bool IsEmpty => _root.Fields.Count == 0;

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public static Config operator +(Config config, string fallback) => config.WithFallback(ConfigurationFactory.ParseString(fallback));

    public static Config operator +(string configHocon, Config fallbackConfig) => ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    /// <summary>These settings, and the fallback's where these say nothing.</summary>
    public virtual Config WithFallback(Config fallback) =>
        fallback is null || fallback.IsEmpty || ReferenceEquals(this, fallback) ? this : new Config(Merge(_root, fallback._root));

    public virtual bool HasPath(string path) => Find(path) is not null;

    /// <summary>The settings below a path, or null when there are none.</summary>
    public virtual Config GetConfig(string path) => Find(path) is HoconObject below ? new Config(below) : null;

    public virtual string GetString(string path, string @default = null) => Read(path, @default, "text", (HoconValue value, out string text) => HoconReader.TryText(value, out text));

    public virtual int GetInt(string path, int @default = 0) => checked((int)GetLong(path, @default));

    public virtual long GetLong(string path, long @default = 0) => Read(path, @default, "a whole number", (HoconValue value, out long number) => HoconReader.TryLong(value, out number));

    public virtual double GetDouble(string path, double @default = 0) => Read(path, @default, "a number", (HoconValue value, out double number) => HoconReader.TryDouble(value, out number));

    /// <summary>on, true, yes; off, false, no.</summary>
    public virtual bool GetBoolean(string path, bool @default = false) => Read(path, @default, "on or off", (HoconValue value, out bool choice) => HoconReader.TryBoolean(value, out choice));

    public virtual IList<string> GetStringList(string path) => GetStringList(path, null);

    public virtual IList<string> GetStringList(string path, string[] defaultPaths) => Read<IList<string>>(path, defaultPaths ?? [], "a list of texts", TryTexts);

    /// <summary>A number of milliseconds, or a number with a unit (ns, us, ms, s, m, h, d and their long names), or infinite.</summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Read(path, @default ?? TimeSpan.Zero, "a duration", (HoconValue value, out TimeSpan duration) =>
        {
            duration = Timeout.InfiniteTimeSpan;
            return (allowInfinite && value is HoconString { Text: "infinite" }) || HoconReader.TryDuration(value, out duration);
        });

    public override string ToString() => HoconWriter.ToText(_root);

    private delegate bool TryRead<T>(HoconValue value, out T result);

    private T Read<T>(string path, T absent, string expected, TryRead<T> read)
    {
        if (Find(path) is not { } value)
            return absent;
        return read(value, out var result)
            ? result
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{value.Origin}: {path} is not {expected}."));
    }

    /// <summary>Null where nothing is set, or null is.</summary>
    private HoconValue Find(string path) => _root.At([.. path.Split('.').Select(key => key.Trim('"'))]) is var value and not HoconNull ? value : null;

    private static bool TryTexts(HoconValue value, out IList<string> texts)
    {
        texts = null;
        if (HoconReader.TryText(value, out var single))
            texts = [single];
        else if (HoconReader.TryList(value, out var items) && items.All(item => HoconReader.TryText(item, out _)))
            texts = [.. items.Select(item => HoconReader.TryText(item, out var text) ? text : "")];
        return texts is not null;
    }

    private static HoconObject Merge(HoconObject above, HoconObject below)
    {
        var merged = below.Fields.Select(field => above.Find(field.Key) is not { } winner
            ? field
            : winner.Value is HoconObject upper && field.Value is HoconObject lower ? winner with { Value = Merge(upper, lower) } : winner);
        return new HoconObject(above.Origin, [.. merged, .. above.Fields.Where(field => below.Find(field.Key) is null)]);
    }
}
