using System.Text;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>The subscriptions of simulated endpoints: which of them have one, and in which words they ask.</summary>
internal static class KeyWords
{
    /// <summary>The name of every simulated subscription.</summary>
    public const string Name = "trades";

    /// <summary>One endpoint in this many asks for keys.</summary>
    private const int Each = 3;

    /// <summary>Of these, one in this many asks for more keys than may be under way at once.</summary>
    private const int Broad = 8;

    private const string Args = "\"args\":[{\"channel\":\"trades\",\"id\":\"@{each}\"}]";

    public static bool Has(int endpoint) => endpoint % Each == 1;

    /// <summary>The names of all keys that the server of an endpoint knows.</summary>
    public static int PoolOf(int endpoint) => endpoint / Each % Broad == 0 ? 100 : 9;

    public static string Key(int number) => $"K{number}";

    /// <summary>The endpoint with a subscription in words drawn anew.</summary>
    public static EndpointSettings Draw(EndpointSettings settings, int index, Random random)
    {
        if (!Has(index))
            return settings;
        var pool = PoolOf(index);
        var isBroad = pool > 9;
        var words = Speak(
            new SubscriptionSettings
            {
                ForEach = [.. Enumerable.Range(0, pool).Where(_ => isBroad || random.Next(2) == 0).Select(Key)],
                Reject = Both("/event", "\"error\"", "/id", "\"@{each}\""),
                Reason = "/msg",
                Data = Both("/channel", "\"trades\"", "/id", "\"@{each}\""),
                Sequence = random.Next(5) == 0 ? null : new SequenceSettings(["/n"]) { Step = 1 },
            },
            random,
            isBroad);
        return With(settings, words) with
        {
            OnOpenPace = random.Next(3) == 0 && !isBroad ? new Rate(random.Next(1, 5), TimeSpan.FromSeconds(1)) : null,
        };
    }

    /// <summary>The endpoint with the same keys in other words.</summary>
    public static EndpointSettings Rephrase(EndpointSettings settings, int index, Random random) =>
        Of(settings) is { } words ? With(settings, Speak(words, random, PoolOf(index) > 9)) : settings;

    /// <summary>The endpoint with other keys in the same words.</summary>
    public static EndpointSettings OtherKeys(EndpointSettings settings, int index, Random random)
    {
        if (Of(settings) is not { } words)
            return settings;
        var keys = words.ForEach.ToList();
        var key = Key(random.Next(PoolOf(index)));
        if (!keys.Remove(key))
            keys.Insert(random.Next(keys.Count + 1), key);
        return With(settings, words with { ForEach = [.. keys] });
    }

    public static SubscriptionSettings? Of(EndpointSettings settings) => settings.Subscriptions.GetValueOrDefault(Name);

    private static EndpointSettings With(EndpointSettings settings, SubscriptionSettings words) =>
        settings with { Subscriptions = new([KeyValuePair.Create(Name, words)]) };

    private static SubscriptionSettings Speak(SubscriptionSettings words, Random random, bool isBroad)
    {
        var (isWhole, form) = (!isBroad && random.Next(6) == 0, random.Next(6));
        var number = form == 0 ? "\"n\":\"@{n}\"," : "";
        return words with
        {
            Batch = isWhole ? SubscriptionSettings.WholeBatch : isBroad || random.Next(2) == 0 ? 1 : 3,
            Let = form == 0 ? new([KeyValuePair.Create("n", ValueTemplate.Text("@{counter}"))]) : ValueMap<ValueTemplate>.Empty,
            Send = MessageTemplate.Json($"{{\"op\":\"{(isWhole ? Asking.Set : Asking.Subscribe)}\",{number}{Args}}}"),
            Cancel = random.Next(8) == 0 ? null : MessageTemplate.Json($"{{\"op\":\"{Asking.Unsubscribe}\",{Args}}}"),
            Expect = form switch
            {
                0 => new MessagePattern.Json([new JsonExpectation("/done", "\"@{n}\"")]),
                1 => null,
                _ => Both("/event", "\"subscribe\"", "/id", "\"@{each}\""),
            },
            Then = random.Next(4) == 0 ? RefusedKeyAction.Stop : RefusedKeyAction.Retry,
            Timeout = TimeSpan.FromSeconds(random.Next(3, 8)),
            Stale = isBroad || random.Next(3) == 0 ? null : TimeSpan.FromMinutes(random.Next(15, 30)),
            Sequence = words.Sequence is { } sequence
                ? sequence with
                {
                    OnGap = random.Next(8) switch
                    {
                        0 => SequenceGapAction.Retry,
                        < 4 => SequenceGapAction.Resubscribe,
                        _ => SequenceGapAction.Tell,
                    },
                }
                : null,
        };
    }

    private static MessagePattern Both(string one, string value, string other, string otherValue) =>
        new MessagePattern.Json([new JsonExpectation(one, value), new JsonExpectation(other, otherValue)]);
}

/// <summary>What a client says about keys.</summary>
/// <param name="Op">Whether it asks, ends, or says all keys that it wants.</param>
/// <param name="Keys">The keys.</param>
/// <param name="Number">The number of the message; null for none.</param>
internal sealed record Asking(string Op, IReadOnlyList<string> Keys, long? Number)
{
    public const string Subscribe = "subscribe", Unsubscribe = "unsubscribe", Set = "set";

    public bool IsCancelling => Op == Unsubscribe;

    /// <summary>Reads a message; null for one that says nothing about keys.</summary>
    public static Asking? Read(ReadOnlyMemory<byte> message)
    {
        if (message.IsEmpty || message.Span[0] != (byte)'{')
            return null;
        using var document = JsonDocument.Parse(message);
        var root = document.RootElement;
        return new Asking(
            root.GetProperty("op").GetString()!,
            [.. root.GetProperty("args").EnumerateArray().Select(each => each.GetProperty("id").GetString()!)],
            root.TryGetProperty("n", out var number) ? number.GetInt64() : null);
    }
}

/// <summary>What a server says about keys.</summary>
/// <param name="Event">What it is.</param>
/// <param name="Key">The key that it is about; empty for all keys of an asking.</param>
/// <param name="Number">The number of the datum, or of the asking that it answers.</param>
/// <param name="Run">Which run of numbers it belongs to.</param>
internal sealed record KeyNews(KeyNewsKind Event, string Key, long Number, long Run)
{
    public string Text => Event switch
    {
        KeyNewsKind.Data => $"{{\"channel\":\"trades\",\"id\":\"{Key}\",\"n\":{Number},\"run\":{Run}}}",
        KeyNewsKind.Done => $"{{\"done\":{Number}}}",
        KeyNewsKind.Accepted => $"{{\"event\":\"subscribe\",\"id\":\"{Key}\"}}",
        _ => $"{{\"event\":\"error\",\"id\":\"{Key}\",\"msg\":\"not now\"}}",
    };

    /// <summary>Reads a message; null for one that says nothing about keys.</summary>
    public static KeyNews? Read(ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty || message[0] != (byte)'{')
            return null;
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(message));
        var root = document.RootElement;
        if (root.TryGetProperty("done", out var done))
            return new KeyNews(KeyNewsKind.Done, "", done.GetInt64(), 0);
        var key = root.GetProperty("id").GetString()!;
        return root.TryGetProperty("event", out var what)
            ? new KeyNews(what.ValueEquals("subscribe"u8) ? KeyNewsKind.Accepted : KeyNewsKind.Refused, key, 0, 0)
            : new KeyNews(KeyNewsKind.Data, key, root.GetProperty("n").GetInt64(), root.GetProperty("run").GetInt64());
    }
}

internal enum KeyNewsKind
{
    Accepted,
    Refused,
    Done,
    Data,
}
