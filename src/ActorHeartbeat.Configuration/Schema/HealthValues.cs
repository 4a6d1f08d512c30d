using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of what health asks for.</summary>
internal static class HealthValues
{
    public static readonly ValueReader<ValueMap<OpenShare>> OpenShares = new MapOf<OpenShare>(
        "an object of label selectors and percentages, such as { \"venue=okx\" = 50% }",
        new Scalar<OpenShare>(
            "a percentage from 1% to 100%",
            text => text.EndsWith('%') && Values.Number(text[..^1].TrimEnd()) is >= 1 and <= 100 and var percent
                ? (true, new OpenShare(percent / 100))
                : default,
            share => $"{Values.Spell(share.Share * 100)}%"),
        StringComparer.Ordinal,
        SinkSchema.RejectSelector);
}
