using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Reads subscriptions. A higher layer adds keys to one of a lower layer, such as its own for-each to the words of a dialect.
/// </summary>
internal static class SubscriptionValues
{
    private const string All = "all";

    private static readonly SubscriptionSettings Blank = new();

    private static readonly ValueReader<int> Batch = new Scalar<int>(
        $"a whole number, at least 1, or {All}",
        text => text == All ? (true, SubscriptionSettings.WholeBatch)
            : int.TryParse(text, out var count) && count is >= 1 and < SubscriptionSettings.WholeBatch ? (true, count)
            : default,
        count => count == SubscriptionSettings.WholeBatch ? $"\"{All}\"" : $"{count}")
    { Bare = true };

    private static readonly Shape<SubscriptionSettings> Shape = new(
        Part.Of<SubscriptionSettings, ValueList<string>>(
            "for-each",
            new ListOf<string>(Values.AnyText(ValueRules.SubscribedKey)),
            each => each.ForEach,
            (each, keys) => each with { ForEach = keys }),
        Part.Of<SubscriptionSettings, int>("batch", Batch, each => each.Batch, (each, count) => each with { Batch = count }),
        Part.Of<SubscriptionSettings, ValueMap<ValueTemplate>>(
            "let", NameValues.Let, each => each.Let, (each, let) => each with { Let = let }),
        Part.Of<SubscriptionSettings, MessageTemplate?>(
            "send", MessageValues.OptionalMessage, each => each.Send, (each, message) => each with { Send = message }),
        Part.Of<SubscriptionSettings, MessageTemplate?>(
            "cancel", MessageValues.OptionalMessage, each => each.Cancel, (each, message) => each with { Cancel = message }),
        Part.Of<SubscriptionSettings, HttpCall?>(
            "http", HttpValues.OptionalCall, each => each.Http, (each, call) => each with { Http = call }),
        Part.Of<SubscriptionSettings, HttpCall?>(
            "cancel-http", HttpValues.OptionalCall, each => each.CancelHttp, (each, call) => each with { CancelHttp = call }),
        Part.Of<SubscriptionSettings, MessagePattern?>(
            "expect", MessageValues.OptionalAnswer, each => each.Expect, (each, pattern) => each with { Expect = pattern }),
        Part.Of<SubscriptionSettings, TimeSpan>(
            "timeout", Values.Positive, each => each.Timeout, (each, time) => each with { Timeout = time }),
        Part.Of<SubscriptionSettings, MessagePattern?>(
            "reject", MessageValues.OptionalPattern, each => each.Reject, (each, pattern) => each with { Reject = pattern }),
        Part.Of<SubscriptionSettings, string?>(
            "reason",
            new OptionalObject<string>(null, RuleValues.Reason),
            each => each.Reason,
            (each, reason) => each with { Reason = reason }),
        Part.Of<SubscriptionSettings, RefusedKeyAction>(
            "then", Values.Word<RefusedKeyAction>(), each => each.Then, (each, then) => each with { Then = then }),
        Part.Of<SubscriptionSettings, ValueMap<ValueTemplate>>(
            "capture", NameValues.Capture, each => each.Capture, (each, capture) => each with { Capture = capture }),
        Part.Of<SubscriptionSettings, MessagePattern?>(
            "data", MessageValues.OptionalPattern, each => each.Data, (each, pattern) => each with { Data = pattern }),
        Part.Of<SubscriptionSettings, TimeSpan?>(
            "stale", Values.OffOrStaleTime, each => each.Stale, (each, time) => each with { Stale = time }),
        Part.Of<SubscriptionSettings, SequenceSettings?>(
            "sequence", NameValues.Sequence, each => each.Sequence, (each, sequence) => each with { Sequence = sequence }));

    public static readonly ValueReader<ValueMap<SubscriptionSettings>> Subscriptions = new MapOf<SubscriptionSettings>(
        "an object of names and subscriptions", new Reader(), StringComparer.Ordinal, TemplateName.Reject);

    /// <summary>Reads the keys of one subscription that a layer names.</summary>
    private sealed class Reader : ValueReader<SubscriptionSettings>
    {
        /// <summary>What a subscription was read from: a higher layer lays it over that of a lower.</summary>
        private static readonly ConditionalWeakTable<SubscriptionSettings, Layer<SubscriptionSettings>> Said = [];

        public override string Expected { get; } = $"a subscription with {string.Join(", ", Shape.Keys)}";

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out SubscriptionSettings value)
        {
            value = null;
            if (at.Fields is null)
                return at.Refuse(Expected);
            var layer = Shape.Read(at, "a subscription");
            if (!layer.IsSound)
                return false;
            value = layer.Over(Blank with { }); // an object of its own
            Said.Add(value, layer);
            return true;
        }

        public override SubscriptionSettings Over(SubscriptionSettings higher, SubscriptionSettings lower) =>
            Said.TryGetValue(higher, out var layer) ? layer.Over(lower) : higher;

        public override void Write(Utf8JsonWriter json, SubscriptionSettings value, bool asWritten)
        {
            json.WriteStartObject();
            foreach (var key in Shape.Keys.Where(key => !Equals(key.ValueIn(value), key.ValueIn(Blank))))
            {
                json.WritePropertyName(key.Path);
                key.Write(json, value, asWritten);
            }
            json.WriteEndObject();
        }
    }
}
