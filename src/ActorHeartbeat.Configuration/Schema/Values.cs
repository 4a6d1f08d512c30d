using System.Globalization;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of plain values: switches, numbers, durations, sizes, words.</summary>
internal static class Values
{
    private const string DurationExample = "a duration such as 10s or 500ms";

    private static readonly HoconOrigin Nowhere = new("", 0, 0);

    public static readonly ValueReader<string> Text = new Scalar<string>("text", text => (true, text), text => text);

    public static readonly ValueReader<bool> Switch = new Scalar<bool>(
        "on or off",
        text => text switch { "on" or "true" or "yes" => (true, true), "off" or "false" or "no" => (true, false), _ => default },
        on => on ? "true" : "false")
    { Bare = true };

    public static readonly ValueReader<TimeSpan> Duration = new Scalar<TimeSpan>(
        DurationExample, text => Time(text) is { } time && time >= TimeSpan.Zero ? (true, time) : default, Spell);

    public static readonly ValueReader<TimeSpan> Positive = Within(ValueRules.Positive);

    public static readonly ValueReader<TimeSpan?> OffOrDuration = new OptionalValue<TimeSpan>("off", Positive);

    public static readonly ValueReader<TimeSpan?> OffOrStaleTime = new OptionalValue<TimeSpan>("off", Within(ValueRules.StaleTime));

    public static readonly ValueReader<TimeSpan?> AutoOrDuration = new OptionalValue<TimeSpan>("auto", Positive);

    public static readonly ValueReader<int> Whole = Within(new Bounds<int>("a whole number", _ => true));

    public static readonly ValueReader<int> NoneOrCount = Within(ValueRules.NoneOrCount);

    public static readonly ValueReader<int> Count = Within(ValueRules.Count);

    public static readonly ValueReader<int?> UnlimitedOrCount = new OptionalValue<int>("unlimited", Count);

    public static readonly ValueReader<double> Share = Within(
        new Bounds<double>("a number from 0 to 1", number => number is >= 0 and <= 1));

    public static readonly ValueReader<double> Percent = new Scalar<double>(
        "a percentage from 0% to 100%",
        text => text.EndsWith('%') && Number(text[..^1].TrimEnd()) is >= 0 and <= 100 and var percent ? (true, percent / 100) : default,
        share => $"{Spell(share * 100)}%");

    public static readonly ValueReader<int> Size = new Scalar<int>(
        "a size such as 512KiB or 1MiB, less than 2GiB",
        text => Bytes(text) is >= 0 and <= int.MaxValue and var size && ValueRules.Bytes.Reject((int)size) is null
            ? (true, (int)size)
            : default,
        size => SpellSize(size));

    public static readonly ValueReader<long> FileSize = new Scalar<long>(
        "a size such as 100MiB or 2GiB",
        text => Bytes(text) is > 0 and var size ? (true, size) : default,
        SpellSize);

    public static readonly ValueReader<string?> OffOrPath = new OptionalObject<string>("off", SomeText("the path of a file"));

    public static readonly ValueReader<UnixFileMode> FileMode = new Scalar<UnixFileMode>(
        "a file mode of three or four octal digits such as \"0660\"",
        text =>
            text.Length is 3 or 4
            && !text.AsSpan().ContainsAnyExceptInRange('0', '7')
            && Convert.ToInt32(text, 8) is <= 0x1FF and var mode
            ? (true, (UnixFileMode)mode)
            : default,
        mode => $"0{Convert.ToString((int)mode, 8).PadLeft(3, '0')}");

    public static ValueReader<string?> OptionalText(string expected) => OptionalText(new TextRule(expected));

    public static ValueReader<string?> OptionalText(TextRule rule) => new OptionalObject<string>(null, AnyText(rule));

    public static ValueReader<string> SomeText(string expected) => AnyText(new TextRule(expected));

    /// <summary>Text that a rule takes.</summary>
    public static ValueReader<string> AnyText(TextRule rule) => rule.HasReasons
        ? new Judged<string>(rule.Expected, text => rule.Reject(text) is { } reason ? (null, reason) : (text, null), text => text)
        : new Scalar<string>(rule.Expected, text => (rule.Reject(text) is null, text), text => text);

    /// <summary>A duration within bounds.</summary>
    public static ValueReader<TimeSpan> Within(Bounds<TimeSpan> bounds) => new Bounded<TimeSpan>(Duration, bounds);

    /// <summary>A whole number within bounds.</summary>
    public static ValueReader<int> Within(Bounds<int> bounds) => new Scalar<int>(
        bounds.Expected,
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && bounds.Hold(number)
            ? (true, number)
            : default,
        number => number.ToString(CultureInfo.InvariantCulture))
    { Bare = true };

    /// <summary>A number within bounds.</summary>
    public static ValueReader<double> Within(Bounds<double> bounds) => new Scalar<double>(
        bounds.Expected, text => Number(text) is { } number && bounds.Hold(number) ? (true, number) : default, Spell)
    { Bare = true };

    /// <summary>A word for each value of <typeparamref name="T"/>, or for those given.</summary>
    public static ValueReader<T> Word<T>(params T[] allowed)
        where T : struct, Enum => WordOf(allowed.Length == 0 ? Enum.GetValues<T>() : allowed);

    /// <summary>A word for each value of an enum.</summary>
    public static ValueReader<T> WordOf<T>(T[] values)
    {
        var words = Array.ConvertAll(values, value => Kebab(value?.ToString() ?? ""));
        var expected = words.Length == 1 ? words[0] : $"one of {string.Join(", ", words)}";
        return new Scalar<T>(
            expected,
            text => Array.IndexOf(words, text) is >= 0 and var index ? (true, values[index]) : default,
            value => Kebab(value?.ToString() ?? ""),
            words);
    }

    /// <summary><c>DropOldest</c> as <c>drop-oldest</c>.</summary>
    public static string Kebab(string name) =>
        string.Concat(
            name.Select(
                (character, index) =>
                    char.IsUpper(character) ? (index > 0 ? "-" : "") + char.ToLowerInvariant(character) : character.ToString()));

    public static double? Number(string text) =>
        double.TryParse(
            text,
            NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite),
            CultureInfo.InvariantCulture,
            out var number
        ) && double.IsFinite(number)
            ? number
            : null;

    /// <summary>The duration a text stands for in HOCON; null when it is none.</summary>
    public static TimeSpan? Time(string text) => HoconReader.TryDuration(Plain(text), out var time) ? time : null;

    public static string Spell(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>In the largest unit that leaves no fraction.</summary>
    public static string Spell(TimeSpan time) => Words.Spell(time);

    private static HoconString Plain(string text) => new(Nowhere, text);

    private static long? Bytes(string text) => HoconReader.TrySize(Plain(text), out var size) ? size : null;

    private static string SpellSize(long size) => size switch
    {
        _ when size % (1024 * 1024) == 0 => $"{size / (1024 * 1024)}MiB",
        _ when size % 1024 == 0 => $"{size / 1024}KiB",
        _ => $"{size}B",
    };
}
