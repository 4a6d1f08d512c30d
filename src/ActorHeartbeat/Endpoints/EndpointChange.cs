using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>What differs between two settings of the same endpoint, and the strongest effect among the differences.</summary>
/// <param name="Effect">The strongest effect of the changed keys; <see cref="ChangeEffect.None"/> when nothing changed.</param>
/// <param name="Keys">
/// The changed keys as spelled in the configuration, such as <c>heartbeat.interval</c>, in the order of <see cref="EndpointSetting.All"/>.
/// </param>
public sealed record EndpointChange(ChangeEffect Effect, ValueList<string> Keys)
{
    public static readonly EndpointChange None = new(ChangeEffect.None, []);

    /// <summary>Compares two settings by content. The id is not a setting: different ids mean different endpoints.</summary>
    /// <exception cref="ArgumentException">The two have different ids.</exception>
    public static EndpointChange Between(EndpointSettings old, EndpointSettings @new)
    {
        if (old.Id != @new.Id)
            throw new ArgumentException($"'{old.Id}' and '{@new.Id}' are different endpoints", nameof(@new));
        if (old == @new)
            return None;
        var changed = EndpointSetting.All.Where(setting => !Equals(setting.ValueIn(old), setting.ValueIn(@new))).ToArray();
        var effect = changed.Select(setting => setting.Effect).DefaultIfEmpty().Max();
        return new EndpointChange(
            effect < ChangeEffect.Reconnect && BringsSecret(old, @new) ? ChangeEffect.Reconnect : effect,
            [.. changed.Select(setting => setting.Key)]);
    }

    /// <summary>Whether messages need a secret that a connection with the old settings has not read.</summary>
    internal static bool BringsSecret(EndpointSettings old, EndpointSettings @new) => References(@new).Except(References(old)).Any();

    private static IEnumerable<SecretReference> References(EndpointSettings settings) =>
        settings.MessageReferences.Select(each => each.Reference);
}
