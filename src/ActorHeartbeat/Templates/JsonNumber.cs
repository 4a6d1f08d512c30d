using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Templates;

/// <summary>JSON numbers of any size, digit by digit: nothing is rounded.</summary>
internal static class JsonNumber
{
    /// <summary>The most digits of a number that is added, and its highest exponent: time grows with their square.</summary>
    private const int MostDigits = 4096;

    /// <summary>RFC 8259 section 6.</summary>
    private static readonly Regex Grammar = new(
        @"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking);

    /// <summary>The number that the whole text spells; null when it spells none.</summary>
    public static JsonElement? Parse(string text) => Grammar.IsMatch(text) ? JsonElement.Parse(text) : null;

    /// <summary>
    /// Whether only the same digits are an equal number: 1.0 and 10e-1 are 1 too, and -0 is 0; integers without an exponent are equal only
    /// where their digits are.
    /// </summary>
    public static bool HasOneSpelling(ReadOnlySpan<byte> number) =>
        number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 && !number.SequenceEqual("-0"u8);

    /// <summary>The same text for equal numbers; a number with too many digits, or too high an exponent, as it is.</summary>
    public static string OneSpelling(string number)
    {
        if (Read(number) is not { } read)
            return number;
        var (digits, scale) = read;
        for (; scale > 0 && digits % 10 == 0; scale--)
            digits /= 10;
        return Spell(digits, scale);
    }

    /// <summary>
    /// The exact sum. It has as many digits behind the point as the summand with more of them, and no exponent. Null when a summand has
    /// too many digits or too high an exponent.
    /// </summary>
    public static JsonElement? Add(JsonElement left, JsonElement right)
    {
        if (Read(left.GetRawText()) is not { } a || Read(right.GetRawText()) is not { } b)
            return null;

        var scale = Math.Max(a.Scale, b.Scale);
        var sum = a.Digits * BigInteger.Pow(10, scale - a.Scale) + b.Digits * BigInteger.Pow(10, scale - b.Scale);
        return JsonElement.Parse(Spell(sum, scale));
    }

    /// <summary>A number as an integer and how many of its digits stand behind the point.</summary>
    private static (BigInteger Digits, int Scale)? Read(string number)
    {
        var mark = number.AsSpan().IndexOfAny('e', 'E');
        var mantissa = mark < 0 ? number : number[..mark];
        var exponent = 0;
        if (mark >= 0 && !int.TryParse(number.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return null;
        if (mantissa.Length > MostDigits || exponent is < -MostDigits or > MostDigits)
            return null;

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? mantissa : mantissa.Remove(point, 1);
        var scale = (point < 0 ? 0 : digits.Length - point) - exponent;
        var integer = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return scale < 0 ? (integer * BigInteger.Pow(10, -scale), 0) : (integer, scale);
    }

    private static string Spell(BigInteger digits, int scale)
    {
        if (scale == 0)
            return digits.ToString(CultureInfo.InvariantCulture);

        var text = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(digits.Sign < 0 ? "-" : "")}{text[..^scale]}.{text[^scale..]}";
    }
}
