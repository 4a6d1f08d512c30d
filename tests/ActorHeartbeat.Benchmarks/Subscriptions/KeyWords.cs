using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>The words of a venue: how its trades are asked for by key, and what it says.</summary>
internal static class KeyWords
{
    public static readonly SequenceSettings Numbers = new(["/data/0/seqId"])
    {
        Step = 1,
        OnGap = SequenceGapAction.Resubscribe,
    };

    public static EndpointSettings Endpoint(Uri url, SubscriptionSettings? trades) => new()
    {
        Id = new EndpointId("market"),
        Url = url,
        Proxy = ProxySettings.None,
        Subscriptions = trades is null ? ValueMap<SubscriptionSettings>.Empty : new([KeyValuePair.Create("trades", trades)]),
    };

    public static SubscriptionSettings Trades(int keys) => new()
    {
        ForEach = [.. Enumerable.Range(0, keys).Select(Name)],
        Send = MessageTemplate.Json("""{"op":"subscribe","args":[{"channel":"trades","instId":"@{each}"}]}"""),
        Cancel = MessageTemplate.Json("""{"op":"unsubscribe","args":[{"channel":"trades","instId":"@{each}"}]}"""),
        Expect = Both("/event", "subscribe", "/arg/instId"),
        Reject = Both("/event", "error", "/arg/instId"),
        Reason = "/msg",
        Data = Both("/arg/channel", "trades", "/arg/instId"),
    };

    public static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"C{key:0000}-USDT");

    public static string Accepted(string name, int key) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"event":"subscribe","arg":{"channel":"trades","instId":"{{{name}}}"},"chanId":{{{key + 100_000}}}}""");

    public static string Data(string name, int key, long number) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""
        {"arg":{"channel":"trades","instId":"{{{name}}}"},"chan":{{{key + 100_000}}},
        "data":[{"px":"64250.1","sz":"0.012","seqId":{{{number}}}}]}
        """).ReplaceLineEndings("");

    private static MessagePattern Both(string pointer, string value, string ofKey) =>
        new MessagePattern.Json([new JsonExpectation(pointer, $"\"{value}\""), new JsonExpectation(ofKey, "\"@{each}\"")]);
}
