using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Contradictions between keys of an endpoint.</summary>
internal static class EndpointRules
{
    public static readonly IReadOnlyList<Rule<EndpointSettings>> All =
    [
        .. NameRules.All,
        new(EndpointSetting.BackoffMax.Key, EndpointSetting.BackoffInitial.Key, endpoint =>
            endpoint.Backoff is var backoff && backoff.Max < backoff.Initial
                ? $"backoff.max {Values.Spell(backoff.Max)} is shorter than backoff.initial {Values.Spell(backoff.Initial)}"
                : null),
        .. HeartbeatWords.Contradictions.Select(each =>
            new Rule<EndpointSettings>(each.Setting.Key, each.Other.Key, endpoint => each.Reject(endpoint.Heartbeat))),
        new(EndpointSetting.Sequence.Key, null, endpoint =>
            endpoint.Sequence is { } sequence ? Combinations.RejectSequenceOfAll(sequence) : null),
        new(EndpointSetting.MaxAge.Key, null, endpoint =>
            endpoint.MaxAge is { } rotation && rotation.Age <= rotation.ReadyAfter
                ? $"max-age {Values.Spell(rotation.Age)} is not longer than its ready-after {Values.Spell(rotation.ReadyAfter)}: "
                    + "connections would be replaced before they are ready"
                : null),
        new(EndpointSetting.Headers.Key, null, endpoint =>
            endpoint.Headers.TryGetValue("Host", out var host) && host.Source == SecretSource.Literal && !HostField.Is(host.Text)
                ? "headers.Host is no host and port (RFC 9110 section 7.2)"
                : null),
        new(EndpointSetting.Subprotocols.Key, null, endpoint =>
            Repeated(endpoint.Subprotocols) is not null ? "a subprotocol is offered twice (RFC 6455 section 4.1)" : null),
        new(EndpointSetting.TlsClientKey.Key, EndpointSetting.TlsClientCert.Key, endpoint =>
            endpoint.Tls is { ClientKey: not null, ClientCert: null }
                ? "tls.client-key is the key of tls.client-cert, which names no certificate"
                : null),
        new(EndpointSetting.Url.Key, EndpointSetting.Hosts.Key, endpoint =>
            PeersUrl.Is(endpoint.Url) && endpoint.Hosts.Count == 0
                ? "the peer decides the host of this URL; hosts has to say which are allowed, such as [\"*.example.com\"]"
                : null),
        new(EndpointSetting.Urls.Key, EndpointSetting.Hosts.Key, endpoint =>
            endpoint.Urls.Any(PeersUrl.Is) && endpoint.Hosts.Count == 0
                ? "the peer decides the host of one of these URLs; hosts has to say which are allowed, such as [\"*.example.com\"]"
                : null),
        new(EndpointSetting.OnMessage.Key, EndpointSetting.Hosts.Key, endpoint =>
            endpoint.OnMessage.Any(rule => rule.To is not null) && endpoint.Hosts.Count == 0
                ? "a message decides the host to which a rule rotates; hosts has to say which are allowed, such as [\"*.example.com\"]"
                : null),
        new(EndpointSetting.Urls.Key, EndpointSetting.Url.Key, endpoint =>
            endpoint.Urls.Count > 0 && Repeated([endpoint.Url, .. endpoint.Urls]) is not null
                ? "urls repeats a URL; alternates after url are tried in order, each once"
                : null),
    ];

    /// <summary>
    /// Reports keys that have no meaning in the chosen heartbeat mode. Checks only the layer that sets the mode; one that has
    /// heartbeat.send and no mode sets the mode message.
    /// </summary>
    /// <returns>The layer, with a fault of its heartbeat if there is such a key.</returns>
    public static Layer<EndpointSettings> CheckMode(Layer<EndpointSettings> layer)
    {
        if (layer.Find(EndpointSetting.HeartbeatMode.Key) is not { } mode)
            return layer.Find(EndpointSetting.HeartbeatSend.Key) is { At.IsNull: false } send
                ? layer with { Assignments = [.. layer.Assignments, ModeOf(send.At)] }
                : layer;
        var chosen = EndpointSetting.HeartbeatMode.Get(mode.Apply(EndpointSchema.Blank));
        var isSound = true;
        foreach (var (setting, modes) in HeartbeatWords.OfModes)
        {
            if (HeartbeatWords.RejectMode(setting, modes, chosen) is not { } reason
                || layer.Find(setting.Key) is not { At: { IsNull: false, Fields: not { Count: 0 } } } assignment)
                continue;
            assignment.At.Report($"{reason} is set at {mode.At.Place}");
            isSound = false;
        }
        return isSound ? layer : layer with { Faults = new HashSet<string>(layer.Faults, StringComparer.Ordinal) { "heartbeat" } };
    }

    private static Assignment<EndpointSettings> ModeOf(Cursor send) =>
        EndpointSchema.Shape.Find(["heartbeat", "mode"])!.Read(
            send with { Value = new HoconString(send.Value.Origin, Values.Kebab(nameof(HeartbeatMode.Message))) })!;

    private static T? Repeated<T>(ValueList<T> values)
        where T : class => values.Count < 2 ? null : values.GroupBy(value => value).FirstOrDefault(group => group.Count() > 1)?.Key;
}
