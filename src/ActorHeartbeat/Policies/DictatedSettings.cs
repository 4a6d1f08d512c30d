using System.Collections.Immutable;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Policies;

/// <summary>
/// What the messages of a peer have set for one connection, such as the interval of its heartbeats. It stands over the settings of the
/// endpoint, also when these change. Immutable. Pure.
/// </summary>
public sealed class DictatedSettings
{
    internal static readonly DictatedSettings None = new(ImmutableSortedDictionary<string, TimeSpan?>.Empty);

    private const string
        Interval = "heartbeat.interval", Timeout = "heartbeat.timeout", MaxSilence = "heartbeat.max-silence",
        DataIdle = "timeouts.data-idle", MaxAge = "max-age";

    /// <summary>What stands around the name in the key of a keep-alive's interval.</summary>
    internal const string KeepAlivePrefix = "keep-alives.", KeepAliveSuffix = ".interval";

    /// <summary>The shortest time that a peer may dictate: it must not make us spin.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    /// <summary>Every key, and the word for none that it allows; null where it needs a time.</summary>
    private static readonly ImmutableSortedDictionary<string, string?> Words = new Dictionary<string, string?>
    {
        [Interval] = null,
        [Timeout] = "auto",
        [MaxSilence] = "off",
        [DataIdle] = "off",
        [MaxAge] = "off",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, TimeSpan?> _values;

    private DictatedSettings(ImmutableSortedDictionary<string, TimeSpan?> values) => _values = values;

    /// <summary>The keys that a message may set.</summary>
    public static IReadOnlyCollection<string> Keys { get; } = [.. Words.Keys, $"{KeepAlivePrefix}NAME{KeepAliveSuffix}"];

    /// <summary>Whether a message may set it.</summary>
    public static bool Knows(string key) => Words.ContainsKey(key) || KeepAliveOf(key) is not null;

    /// <summary>The keep-alive whose interval a key is; null for another key.</summary>
    internal static string? KeepAliveOf(string key) =>
        key.StartsWith(KeepAlivePrefix, StringComparison.Ordinal)
        && key.EndsWith(KeepAliveSuffix, StringComparison.Ordinal)
        && key.Length > KeepAlivePrefix.Length + KeepAliveSuffix.Length
            ? key[KeepAlivePrefix.Length..^KeepAliveSuffix.Length]
            : null;

    /// <summary>What is wrong with a value that has no placeholders, in one line; null when nothing is.</summary>
    public static string? Reject(string key, string text) =>
        !Knows(key) ? $"{key} is no key that a message may set"
        : TryRead(text, Words.GetValueOrDefault(key), out _) ? null
        : Expected(Words.GetValueOrDefault(key));

    /// <summary>Takes what one message sets, or nothing of it.</summary>
    /// <param name="set">Keys and texts.</param>
    /// <param name="settings">The endpoint's settings.</param>
    /// <param name="refusal">Why nothing was taken, in one line; null when all was.</param>
    internal DictatedSettings With(IEnumerable<KeyValuePair<string, string>> set, EndpointSettings settings, out string? refusal)
    {
        var values = _values;
        foreach (var (key, text) in set)
        {
            var word = Words.GetValueOrDefault(key);
            if (!TryRead(text, word, out var time))
            {
                refusal = $"{key} = \"{PeerText.Of(text)}\": {Expected(word)}";
                return this;
            }
            values = values.SetItem(key, time);
        }
        var taken = new DictatedSettings(values);
        refusal = Contradiction(taken.Over(settings));
        return refusal is null ? taken : this;
    }

    /// <summary>The settings with what is dictated in their place.</summary>
    internal EndpointSettings Over(EndpointSettings settings)
    {
        foreach (var (key, value) in _values)
        {
            settings = key switch
            {
                Interval => settings with { Heartbeat = settings.Heartbeat with { Interval = value!.Value } },
                Timeout => settings with { Heartbeat = settings.Heartbeat with { Timeout = value } },
                MaxSilence => settings with { Heartbeat = settings.Heartbeat with { MaxSilence = value } },
                DataIdle => settings with { Timeouts = settings.Timeouts with { DataIdle = Idle(settings.Timeouts.DataIdle, value) } },
                MaxAge => settings with { MaxAge = Rotation(settings.MaxAge, value) },
                _ => settings with { KeepAlives = With(settings.KeepAlives, KeepAliveOf(key)!, value!.Value) },
            };
        }
        return settings;
    }

    private static ValueMap<KeepAlive> With(ValueMap<KeepAlive> all, string name, TimeSpan interval) =>
        new(all.Select(each => each.Key == name ? KeyValuePair.Create(name, each.Value with { Interval = interval }) : each));

    private static DataIdleSettings? Idle(DataIdleSettings? configured, TimeSpan? value) =>
        value is not { } after ? null : configured is null ? new DataIdleSettings(after) : configured with { After = after };

    private static RotationSettings? Rotation(RotationSettings? configured, TimeSpan? value) =>
        value is not { } age ? null : configured is null ? RotationSettings.At(age) : configured with { Age = age };

    private static string? Contradiction(EndpointSettings settings) => settings switch
    {
        { Heartbeat: { Mode: not HeartbeatMode.None, Timeout: { } timeout, Interval: var interval } } when interval < timeout =>
            $"{Interval} {interval.TotalSeconds:0.###} s is shorter than {Timeout} {timeout.TotalSeconds:0.###} s; lower the timeout too, "
                + "or let it be auto",
        { MaxAge: { } rotation } when rotation.Age <= rotation.ReadyAfter =>
            $"{MaxAge} {rotation.Age.TotalSeconds:0.###} s is not longer than its ready-after {rotation.ReadyAfter.TotalSeconds:0.###} s",
        _ => null,
    };

    private static bool TryRead(string text, string? word, out TimeSpan? time)
    {
        time = RuleOutcome.Time(text);
        return (word is not null && text == word) || time >= Least;
    }

    private static string Expected(string? word) =>
        $"expected {(word is null ? "" : $"{word}, or ")}a time of at least 100ms with its unit (ms, s, m, h, d)";
}
