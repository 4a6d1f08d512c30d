using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorHeartbeat.Hocon.Reading;

/// <summary>
/// Converts values to the requested type as HOCON allows: numbers and strings convert to
/// each other, null to no type. Each method returns false for a value that does not convert.
/// </summary>
public static class HoconReader
{
    private static readonly Dictionary<string, long> DurationTicks = Units(
        // In nanoseconds, 1/100 of a tick: TryDuration rounds to whole ticks.
        (1, ["ns", "nano", "nanos", "nanosecond", "nanoseconds"]),
        (1_000, ["us", "micro", "micros", "microsecond", "microseconds"]),
        (1_000_000, ["", "ms", "milli", "millis", "millisecond", "milliseconds"]),
        (1_000_000_000, ["s", "second", "seconds"]),
        (60_000_000_000, ["m", "minute", "minutes"]),
        (3_600_000_000_000, ["h", "hour", "hours"]),
        (86_400_000_000_000, ["d", "day", "days"]));

    /// <summary>In nanoseconds.</summary>
    private static readonly decimal LongestDuration = (decimal)TimeSpan.MaxValue.Ticks * 100;

    private static readonly Dictionary<string, decimal> SizeBytes = Sizes();

    /// <summary>The text of a string, number or boolean; false for anything else.</summary>
    public static bool TryText(HoconValue value, [NotNullWhen(true)] out string? text)
    {
        text = value switch
        {
            HoconString plain => plain.Text,
            HoconNumber number => number.Text,
            HoconBoolean boolean => boolean.Value ? "true" : "false",
            _ => null,
        };
        return text is not null;
    }

    /// <summary>Reads true, yes and on as true; false, no and off as false.</summary>
    public static bool TryBoolean(HoconValue value, out bool result)
    {
        result = value is HoconBoolean { Value: true } or HoconString { Text: "true" or "yes" or "on" };
        return result || value is HoconBoolean or HoconString { Text: "false" or "no" or "off" };
    }

    public static bool TryLong(HoconValue value, out long result)
    {
        result = 0;
        if (value is not (HoconNumber or HoconString) || !TryText(value, out var text))
            return false;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out result))
            return true;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || number != decimal.Truncate(number)
            || number is > long.MaxValue or < long.MinValue)
            return false;
        result = (long)number;
        return true;
    }

    public static bool TryDouble(HoconValue value, out double result)
    {
        result = 0;
        return value is HoconNumber or HoconString && TryText(value, out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out result) && double.IsFinite(result);
    }

    /// <summary>A number and a unit from ns to days, such as 500ms or 1.5 h; a bare number is milliseconds.</summary>
    public static bool TryDuration(HoconValue value, out TimeSpan result)
    {
        result = default;
        if (!Split(value, out var number, out var unit)
            || !DurationTicks.TryGetValue(unit, out var nanoseconds)
            || Math.Abs(number) > LongestDuration / nanoseconds) // before they are multiplied, which would overflow
            return false;
        var ticks = Math.Round(number * nanoseconds / 100);
        result = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>A number and a unit such as kB (1000) or KiB (1024); a bare number is bytes.</summary>
    public static bool TrySize(HoconValue value, out long result)
    {
        result = 0;
        if (!Split(value, out var number, out var unit)
            || number < 0
            || !SizeBytes.TryGetValue(unit, out var bytes)
            || number > long.MaxValue / bytes)
            return false;
        result = (long)(number * bytes);
        return true;
    }

    /// <summary>A number of days, weeks, months or years: d, w, m or mo, y; a bare number is days.</summary>
    public static bool TryPeriod(HoconValue value, out HoconPeriod result)
    {
        result = default;
        if (!Split(value, out var number, out var unit) || number != decimal.Truncate(number) || Math.Abs(number) > int.MaxValue / 7)
            return false;
        HoconPeriod? period = unit switch
        {
            "" or "d" or "day" or "days" => new HoconPeriod(0, 0, (int)number),
            "w" or "week" or "weeks" => new HoconPeriod(0, 0, (int)number * 7),
            "m" or "mo" or "month" or "months" => new HoconPeriod(0, (int)number, 0),
            "y" or "year" or "years" => new HoconPeriod((int)number, 0, 0),
            _ => null,
        };
        result = period ?? default;
        return period is not null;
    }

    /// <summary>The items of a list, or the values of an object's numeric keys in numeric order.</summary>
    public static bool TryList(HoconValue value, [NotNullWhen(true)] out IReadOnlyList<HoconValue>? items)
    {
        items = value switch
        {
            HoconArray array => array.Items,
            HoconObject fields => fields
                .Fields.Select(field =>
                    (
                        field.Value,
                        IsNumber: int.TryParse(field.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number),
                        Number: number))
                .Where(field => field.IsNumber)
                .OrderBy(field => field.Number)
                .Select(field => field.Value)
                .ToArray()
                is { Length: > 0 } numbered
                ? numbered
                : null,
            _ => null,
        };
        return items is not null;
    }

    private static bool Split(HoconValue value, out decimal number, out string unit)
    {
        (number, unit) = (0, "");
        if (value is not (HoconNumber or HoconString) || !TryText(value, out var text))
            return false;
        text = text.Trim();
        var letters = text.AsSpan().IndexOfAnyExcept("0123456789.+-eE ");
        // The e of an exponent belongs to the number only when digits follow it.
        var end = letters < 0 ? text.Length : letters;
        while (end > 0 && !char.IsAsciiDigit(text[end - 1]) && text[end - 1] != '.')
            end--;
        unit = text[end..].Trim();
        return decimal.TryParse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static Dictionary<string, long> Units(params (long Nanoseconds, string[] Names)[] units) =>
        units
            .SelectMany(unit => unit.Names.Select(name => (name, unit.Nanoseconds)))
            .ToDictionary(unit => unit.name, unit => unit.Nanoseconds, StringComparer.Ordinal);

    private static Dictionary<string, decimal> Sizes()
    {
        var sizes = new Dictionary<string, decimal>(StringComparer.Ordinal)
        {
            [""] = 1,
            ["B"] = 1,
            ["b"] = 1,
            ["byte"] = 1,
            ["bytes"] = 1,
        };
        decimal decimalUnit = 1,
            binaryUnit = 1;
        foreach (
            var (letter, ten, two) in (ReadOnlySpan<(string, string, string)>)
                [
                    ("K", "kilo", "kibi"),
                    ("M", "mega", "mebi"),
                    ("G", "giga", "gibi"),
                    ("T", "tera", "tebi"),
                    ("P", "peta", "pebi"),
                    ("E", "exa", "exbi"),
                    ("Z", "zetta", "zebi"),
                    ("Y", "yotta", "yobi"),
                ])
        {
            (decimalUnit, binaryUnit) = (decimalUnit * 1000, binaryUnit * 1024);
            foreach (var name in (ReadOnlySpan<string>)[letter == "K" ? "kB" : $"{letter}B", $"{ten}byte", $"{ten}bytes"])
                sizes[name] = decimalUnit;
            foreach (var name in (ReadOnlySpan<string>)[letter, $"{letter}i", $"{letter}iB", $"{two}byte", $"{two}bytes"])
                sizes[name] = binaryUnit;
        }
        sizes["k"] = 1024;
        sizes["m"] = 1024 * 1024;
        sizes["g"] = 1024 * 1024 * 1024;
        return sizes;
    }
}

/// <summary>A period of calendar time.</summary>
public readonly record struct HoconPeriod(int Years, int Months, int Days);
