using System.Globalization;

namespace ActorHeartbeat.Service.Operating;

/// <summary>Spells times for eyes.</summary>
internal static class Ages
{
    /// <summary>How long ago, in at most seven characters: <c>12s</c>, <c>3m05s</c>, <c>2h10m</c>, <c>4d03h</c>.</summary>
    public static string Since(DateTimeOffset then, DateTimeOffset now) => Spell(now - then);

    /// <summary>How long until then: <c>in 9s</c>, or <c>now</c>.</summary>
    public static string Until(DateTimeOffset then, DateTimeOffset now) =>
        then <= now ? "now" : $"in {Spell(TimeSpan.FromSeconds(Math.Ceiling((then - now).TotalSeconds)))}";

    public static string Spell(TimeSpan age)
    {
        var span = age < TimeSpan.Zero ? TimeSpan.Zero : age;
        return span switch
        {
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds}s"),
            { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m{span.Seconds:00}s"),
            { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours}h{span.Minutes:00}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{span.Days}d{span.Hours:00}h"),
        };
    }

    /// <summary>A time of day in UTC, with its date unless that is today's.</summary>
    public static string Clock(DateTimeOffset time, DateTimeOffset now) => time.UtcDateTime.ToString(
        time.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm:ss'Z'" : "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
