namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Contradictions between keys of the process.</summary>
internal static class ProcessRules
{
    public static readonly IReadOnlyList<Rule<ProcessSettings>> All =
    [
        new("supervisor.restart.max-backoff", "supervisor.restart.min-backoff", process => process.Supervisor.Restart is var restart && restart.MaxBackoff < restart.MinBackoff
            ? $"supervisor.restart.max-backoff {Values.Spell(restart.MaxBackoff)} is shorter than supervisor.restart.min-backoff {Values.Spell(restart.MinBackoff)}" : null),
        new("feed-server.listen", "http.listen", process => process.FeedServer.Listen is { Port: > 0 } feed && process.Http.Listen is { } http && feed.Port == http.Port
            ? $"feed-server.listen and http.listen both want port {feed.Port}" : null),
    ];
}
