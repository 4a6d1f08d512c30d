using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads a count per time span: <c>200/s</c>, <c>300 per 5m</c>.</summary>
internal static class RateValues
{
    private const string Example = "a rate such as 200/s or 300 per 5m";

    public static readonly ValueReader<Rate> Rate = new Scalar<Rate>(Example, Parse, Spell);

    public static readonly ValueReader<Rate?> UnlimitedOrRate = new OptionalValue<Rate>("unlimited", Rate);

    private static (bool, Rate) Parse(string text)
    {
        var parts = text.Contains('/', StringComparison.Ordinal) ? text.Split('/', 2) : text.Split(" per ", 2);
        if (parts.Length != 2 || Values.Number(parts[0].Trim()) is not (> 0 and var count))
            return default;
        var span = parts[1].Trim();
        // "per s" and "/s" omit the 1.
        var per = Values.Time(span.Length > 0 && char.IsAsciiLetter(span[0]) ? $"1{span}" : span);
        return per is { } time && time > TimeSpan.Zero ? (true, new Rate(count, time)) : default;
    }

    private static string Spell(Rate rate) =>
        rate.Per == TimeSpan.FromSeconds(1) ? $"{Values.Spell(rate.Count)}/s" : $"{Values.Spell(rate.Count)} per {Values.Spell(rate.Per)}";
}
