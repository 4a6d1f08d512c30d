using ActorHeartbeat.Configuration.Settings;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Contradictions between keys of the process.</summary>
internal static class ProcessRules
{
    public static readonly IReadOnlyList<Rule<ProcessSettings>> All =
    [
        new(ProcessSchema.MaxBackoff.Path, ProcessSchema.MinBackoff.Path, process =>
            process.Supervisor.Restart is var restart && restart.MaxBackoff < restart.MinBackoff
                ? $"supervisor.restart.max-backoff {Values.Spell(restart.MaxBackoff)} is shorter than supervisor.restart.min-backoff "
                    + $"{Values.Spell(restart.MinBackoff)}"
                : null),
        new(ProcessSchema.HttpListen.Path, null, process =>
            process.Http.Listen is { SocketFile: null, Address: null } listen
                ? $"{listen.Host} is a name; write the IP address to listen on, such as 0.0.0.0 for all"
                : null),
        new(ProcessSchema.HttpListen.Path, null, process =>
            process.Http is { Listen: { Address: not null, IsOpenToOthers: true } listen, Access.NamesCallers: false }
                ? $"{listen} is not a loopback address, and without keys the API would be open to everybody who reaches it; put what "
                    + "\"actorheartbeat key new\" prints into http.access.keys, or listen on 127.0.0.1"
                : null),
        .. AccessRules.All,
        new(ProcessSchema.HealthListen.Path, null, process =>
            process.Http.HealthListen is { Address: null } health
                ? $"{health.Host} is a name; write the IP address to listen on, such as 0.0.0.0 for all"
                : null),
        new(ProcessSchema.HealthListen.Path, ProcessSchema.HttpListen.Path, process =>
            process.Http is { HealthListen: { Port: > 0 } health, Listen: { } http } && health.Port == http.Port
                ? $"http.health-listen and http.listen both want port {health.Port}"
                : null),
        new(ProcessSchema.FeedServerListen.Path, null, process =>
            process.FeedServer.Listen is { IsOpenToOthers: true }
                ? $"{process.FeedServer.Listen} is not a loopback address, and the demonstration server obeys everybody who reaches it"
                : null),
        new(ProcessSchema.FeedServerListen.Path, "http.listen", process =>
            process.FeedServer.Listen is { Port: > 0 } feed && process.Http.Listen is { } http && feed.Port == http.Port
                ? $"feed-server.listen and http.listen both want port {feed.Port}"
                : null),
    ];
}
