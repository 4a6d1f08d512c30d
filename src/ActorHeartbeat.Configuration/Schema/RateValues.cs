using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads a count per time span: <c>200/s</c>, <c>300 per 5m</c>.</summary>
internal static class RateValues
{
    private const string Example = "a rate such as 200/s or 300 per 5m";

    public static readonly ValueReader<Rate> Rate = Within(ValueRules.PositiveRate);

    public static readonly ValueReader<Rate?> UnlimitedOrRate = new OptionalValue<Rate>("unlimited", Rate);

    /// <summary>A rate within bounds.</summary>
    public static ValueReader<Rate> Within(Bounds<Rate> bounds) => new Scalar<Rate>(
        Example, text => Parse(text) is { } rate && bounds.Hold(rate) ? (true, rate) : default, Spell);

    private static Rate? Parse(string text)
    {
        var parts = text.Contains('/', StringComparison.Ordinal) ? text.Split('/', 2) : text.Split(" per ", 2);
        if (parts.Length != 2 || Values.Number(parts[0].Trim()) is not { } count)
            return null;
        var span = parts[1].Trim();
        // "per s" and "/s" omit the 1.
        var per = Values.Time(span.Length > 0 && char.IsAsciiLetter(span[0]) ? $"1{span}" : span);
        return per is { } time ? new Rate(count, time) : null;
    }

    private static string Spell(Rate rate) =>
        rate.Per == TimeSpan.FromSeconds(1) ? $"{Values.Spell(rate.Count)}/s" : $"{Values.Spell(rate.Count)} per {Values.Spell(rate.Per)}";
}
