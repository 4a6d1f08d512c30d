using ActorHeartbeat.Configuration.Secrets;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Tells from the key of a value whether it can hold a secret. The schema says it by the type of the key; a key that no schema knows can
/// hold anything. Few settings of the process and none of the akka section hold secrets by type: there the name has to tell too.
/// </summary>
internal static class Secrecy
{
    private static readonly HashSet<string> Names = new(
        [
            "actor-heartbeat", "akka", "defaults", "templates", "groups", "endpoints", "sinks",
            .. EndpointSchema.Shape.Names, .. ProcessSchema.Shape.Names, .. GroupSchema.Shape.Names, .. SinkSchema.Shape.Names,
        ],
        StringComparer.Ordinal);

    /// <summary>Whether the value at a path, without the leading <c>actor-heartbeat</c>, can hold a secret.</summary>
    public static bool MayHold(KeyPath path)
    {
        ReadOnlySpan<string> names = path.Names.ToArray();
        return names switch
        {
            ["akka", ..] => SoundsSecret(names),
            ["defaults", .. var key] => OfEndpoint(key),
            ["templates" or "endpoints", _, .. var key] => OfEndpoint(key),
            ["groups", _, .. var key] => GroupSchema.Shape.Find(key) is null || SoundsSecret(names),
            ["sinks", _, .. var key] => SinkSchema.Shape.Find(key) is null || SoundsSecret(names),
            ["http", "access", "keys", _, .. var key] => AccessSchema.KeyShape.Find(key) is not { MayHoldSecret: false },
            _ => ProcessSchema.Shape.Find(names) is not { MayHoldSecret: false } || SoundsSecret(names),
        };
    }

    /// <summary>Whether a text is a name of the schema, or a path of such names.</summary>
    public static bool IsName(string text) => Array.TrueForAll(text.Split('.'), Names.Contains);

    private static bool OfEndpoint(ReadOnlySpan<string> key) =>
        key is not ["templates", ..] && EndpointSchema.Shape.Find(key) is not { MayHoldSecret: false };

    private static bool SoundsSecret(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (SecretMask.IsSecretName(name))
                return true;
        }
        return false;
    }
}
