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
        var needsSecret = References(@new).Except(References(old)).Any(); // an open connection has read only those that it knew
        return new EndpointChange(
            needsSecret && effect < ChangeEffect.Reconnect ? ChangeEffect.Reconnect : effect,
            [.. changed.Select(setting => setting.Key)]);
    }

    private static IEnumerable<SecretReference> References(EndpointSettings settings) =>
        settings.MessageReferences.Select(each => each.Reference);
}
