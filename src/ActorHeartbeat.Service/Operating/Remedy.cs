using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Operating;

/// <summary>What brings an endpoint back: what lies behind it in a sentence, and the commands to type. Pure.</summary>
/// <param name="Advice">What to look at; null where there is nothing to do.</param>
/// <param name="Commands">Each with what it does, in a word or two.</param>
internal sealed record Remedy(string? Advice, IReadOnlyList<(string Effect, string Command)> Commands)
{
    /// <param name="standing">How the endpoint stands.</param>
    /// <param name="typed">Spells the command of a verb for it.</param>
    public static Remedy Of(Standing standing, Func<string, string> typed)
    {
        var resume = ("connect", typed("resume"));
        var refresh = ("dial now", typed("refresh"));
        var look = ("listen in", typed("try"));
        return standing.Concern switch
        {
            Concern.Paused => new Remedy("Nothing is broken: it is kept closed until it is resumed.", [resume]),
            Concern.Failed => new Remedy($"It is not tried any more. {AdviceOf(standing.Endpoint)}", [resume]),
            Concern.Down => new Remedy(
                $"It comes back by itself as soon as a try succeeds. {AdviceOf(standing.Endpoint)}", [refresh, look]),
            Concern.Starting => new Remedy("Nothing has failed yet; it is on its way.", [look]),
            Concern.Shaky => new Remedy(ShakyAdvice(standing.Endpoint), ShakyCommands(standing.Endpoint, refresh, look, typed)),
            _ => new Remedy(null, []),
        };
    }

    private static IReadOnlyList<(string, string)> ShakyCommands(
        EndpointView endpoint, (string, string) refresh, (string, string) look, Func<string, string> typed) =>
        endpoint is { Attempt: 1, Heartbeat.Missed: 0 }
            ? [("list keys", typed("subscriptions")), refresh]
            : [look, refresh];

    private static string ShakyAdvice(EndpointView endpoint) => endpoint switch
    {
        { Heartbeat.Missed: > 0 } => "It is open but does not answer; without an answer it is closed and dialed again by itself.",
        { Attempt: > 1 } => $"It is open, but was not for long. {AdviceOf(endpoint)}",
        _ => "It is open; some keys of its subscriptions are not served.",
    };

    private static string AdviceOf(EndpointView endpoint) => endpoint.LastClose switch
    {
        null => "",
        { HttpStatus: 401 or 403 } => "The server does not accept who we are: check key, token or address filter of this endpoint.",
        { HttpStatus: 404 or 410 } => "The server knows no such path: check the url of this endpoint.",
        { HttpStatus: 429 or 418 } => "The server says that we come too often: leave it alone, or lower connect-rate of its group.",
        { HttpStatus: >= 500 } => "The server itself has a problem: its operator can mend it, nothing on our side.",
        { HttpStatus: not null } => "The server refuses our handshake: check url, subprotocols and headers of this endpoint.",
        { Layer: "resolve" } => "Something that it needs before a dial is missing: check its secrets, and its prepare steps.",
        { Layer: "dns" } => "Its host name is not found: check the name in its url, and the DNS of this machine.",
        { Layer: "tcp" } => "Nothing accepts connections there: check whether the server runs, its port, and firewalls between.",
        { Layer: "proxy" } => "The proxy does not let us through: check the proxy of this endpoint.",
        { Layer: "tls" } => "TLS fails: check the certificates of both sides, and the clock of this machine.",
        { Layer: "hello" } => "The server does not take what we say first: check on-open of this endpoint, such as key and signature.",
        { Layer: "timeout" } => "No answer came in time: check the network on the way, or raise timeouts of this endpoint.",
        { Layer: "heartbeat" } => "The connection went silent: check the network on the way, and the heartbeat of this endpoint.",
        { Layer: "protocol" } => "One side breaks the WebSocket protocol: check the url, and a proxy between.",
        { Cause: "data-idle" or "key-stale" } => "The connection lives but brings no data: check its subscriptions.",
        { Cause: "peer-closed" or "peer-asked", Code: 1008 or (>= 4000 and <= 4999) } =>
            "The server closes it on purpose: its close code says why, see the server's documentation.",
        { Cause: "peer-closed" or "peer-asked" } => "The server closes the connection: its operator knows why, or its documentation.",
        { Cause: "connection-lost" } => "The line broke: the network or the server went away.",
        { Cause: "crashed" } => "This is a bug of ours: the log has the details.",
        _ => "",
    };
}
