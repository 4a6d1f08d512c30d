using System.Globalization;

namespace Akka.Configuration;

/// <summary>An immutable tree of settings. A getter whose path has no value returns its default.</summary>
public class Config
{
    public static readonly Config Empty = new();

    private readonly Dictionary<string, object> _root;

    public Config() : this([]) { }

    /// <summary>The first over the second.</summary>
    public Config(Config source, Config fallback) : this(source.WithFallback(fallback)._root) { }

    internal Config(Dictionary<string, object> root) => _root = root;

    /// <summary>Names at this level, in their order.</summary>
    internal IEnumerable<string> Keys => _root.Keys;

    public virtual bool IsEmpty => _root.Count == 0;

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public static Config operator +(Config config, string fallback) => config.WithFallback(ConfigurationFactory.ParseString(fallback));

    public static Config operator +(string configHocon, Config fallbackConfig) => ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    /// <summary>These settings, and the fallback's where these say nothing.</summary>
    public virtual Config WithFallback(Config fallback) =>
        fallback is null || fallback.IsEmpty || ReferenceEquals(this, fallback) ? this : new Config(ConfigTree.Merge(_root, fallback._root));

    public virtual bool HasPath(string path) => Find(path) is not null;

    /// <summary>The settings below a path, or null when there are none.</summary>
    public virtual Config GetConfig(string path) => Find(path) is Dictionary<string, object> tree ? new Config(tree) : null;

    public virtual string GetString(string path, string @default = null) => Text(path) ?? @default;

    public virtual int GetInt(string path, int @default = 0) =>
        Text(path) is { } text ? Parse(path, text, "a whole number", int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value), value) : @default;

    public virtual long GetLong(string path, long @default = 0) =>
        Text(path) is { } text ? Parse(path, text, "a whole number", long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value), value) : @default;

    public virtual double GetDouble(string path, double @default = 0) =>
        Text(path) is { } text ? Parse(path, text, "a number", double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value), value) : @default;

    /// <summary>on, true, yes; off, false, no.</summary>
    public virtual bool GetBoolean(string path, bool @default = false) => Text(path) switch
    {
        null => @default,
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        var text => Parse(path, text, "on or off", false, false),
    };

    public virtual IList<string> GetStringList(string path) => GetStringList(path, null);

    public virtual IList<string> GetStringList(string path, string[] defaultPaths) => Find(path) switch
    {
        List<object> items => [.. items.Cast<string>()],
        string text => [text],
        _ => defaultPaths ?? [],
    };

    /// <summary>A number of milliseconds, or a number with a unit (ns, us, ms, s, m, h, d and their long names), or infinite.</summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true)
    {
        var text = Text(path);
        if (text is null)
            return @default ?? TimeSpan.Zero;
        if (text == "infinite")
            return allowInfinite ? Timeout.InfiniteTimeSpan : Parse(path, text, "a finite duration", false, TimeSpan.Zero);
        return Parse(path, text, "a duration", Durations.TryParse(text, out var value), value);
    }

    public override string ToString() => ConfigText.Of(_root);

    private object Find(string path)
    {
        object found = _root;
        foreach (var key in ConfigText.Keys(path))
        {
            if (found is not Dictionary<string, object> tree || !tree.TryGetValue(key, out found))
                return null;
        }

        return found;
    }

    private string Text(string path) => Find(path) as string;

    private static T Parse<T>(string path, string text, string expected, bool succeeded, T value) =>
        succeeded ? value : throw new FormatException($"{path} = {text} is not {expected}.");
}

internal static class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c is '.' or '-').Count();
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Ticks(text[digits..].Trim()) is not { } ticks)
            return false;
        duration = TimeSpan.FromTicks((long)Math.Round(number * ticks));
        return true;
    }

    private static double? Ticks(string unit) => unit switch
    {
        "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
        "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01,
        "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
        "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
        "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
        "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
        "d" or "day" or "days" => TimeSpan.TicksPerDay,
        _ => null,
    };
}

internal static class ConfigText
{
    public static IEnumerable<string> Keys(string path) => path.Split('.').Select(key => key.Trim('"'));

    public static string Of(object value) => value switch
    {
        Dictionary<string, object> tree => "{" + string.Join(", ", tree.Select(pair => $"\"{pair.Key}\" : {Of(pair.Value)}")) + "}",
        List<object> items => "[" + string.Join(", ", items.Select(Of)) + "]",
        _ => $"\"{value}\"",
    };
}
