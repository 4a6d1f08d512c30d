using System.Collections.Frozen;
using System.Text;

namespace ActorHeartbeat.TestKit;

/// <summary>A path of the feed server: its heartbeat and its other behaviour.</summary>
/// <param name="Path">The path of the URL.</param>
/// <param name="Dialect">The heartbeat it answers besides RFC 6455 pings, which every path answers.</param>
/// <param name="Description">One line for <see cref="Describe"/>.</param>
public sealed record FeedPath(string Path, FeedDialect Dialect, string Description)
{
    public const string Ping = "/ping";
    public const string Text = "/text";
    public const string Json = "/json";
    public const string ModeCode = "/modecode";
    public const string Mexc = "/mexc";
    public const string Asks = "/asks";
    public const string Quiet = "/quiet";
    public const string Echo = "/echo";
    public const string Ticker = "/ticker";
    public const string StartStop = "/start-stop";
    public const string InstantMessages = "/im";
    public const string Refuse = "/refuse";
    public const string Flap = "/flap";

    /// <summary>Every path, in the order of the description.</summary>
    public static IReadOnlyList<FeedPath> All { get; } =
    [
        new(Ping, FeedDialect.None, "answers RFC 6455 pings; no data unless ?rate= is given"),
        new(Text, FeedDialect.Text, "text ping, answered by pong"),
        new(Json, FeedDialect.Json, """{"type":"ping"} answered by {"type":"ping","status":"pong"}"""),
        new(ModeCode, FeedDialect.ModeCode, """{"ModeCode":"heart_beat",...} echoed, as every other message with a ModeCode"""),
        new(Mexc, FeedDialect.Mexc, """{"method":"ping"} answered by {"channel":"pong"}"""),
        new(
            Asks,
            FeedDialect.Asks,
            """the server sends {"event":"ping"} and expects {"event":"pong"}; closes with 4002 when it goes unanswered"""
        ),
        new(Quiet, FeedDialect.None, "sends no data, ever; answers RFC 6455 pings"),
        new(Echo, FeedDialect.None, "sends back every message, text or binary"),
        new(
            Ticker,
            FeedDialect.Text,
            """numbered messages {"type":"tick","name":...,"connection":...,"seq":n}; text ping, answered by pong"""
        ),
        new(StartStop, FeedDialect.Text, "ticks after \"start sending\" until \"stop\"; text ping, answered by pong"),
        new(InstantMessages, FeedDialect.None, "ticks as {ResultCode, DeviceID, ErrorMsg, Command, ResultData}"),
        new(Refuse, FeedDialect.None, "refuses every handshake; ?status=503 (default), ?retry-after=SECONDS"),
        new(Flap, FeedDialect.None, "accepts, then closes; ?code=1013 (default), ?reason=TEXT, ?after=MILLISECONDS"),
    ];

    private static readonly FrozenDictionary<string, FeedPath> ByPath = All.ToFrozenDictionary(path => path.Path, StringComparer.Ordinal);

    internal static FeedPath? Find(string? path) => path is null ? null : ByPath.GetValueOrDefault(path);

    /// <summary>Whether it sends ticks even without <c>?rate=</c>.</summary>
    internal bool Ticks => Path is Ticker or StartStop or InstantMessages;

    /// <summary>The paths and the HTTP resources as a page of text; also the answer to <c>GET /</c>.</summary>
    public static string Describe()
    {
        var page = new StringBuilder("ActorHeartbeat feed server\n\nWebSocket paths (any other is refused with 404):\n");
        foreach (var path in All)
            page.Append($"  {path.Path,-12} {path.Description}\n");
        return page.Append(
            """

            Query of every path:
              ?name=NAME   who the client is; when a name returns, its older connection is closed with 4001
              ?rate=N      ticks per second (0 for none); ?size=BYTES pads them, ?binary=true sends them as binary
              ?start=hello ticks only after a SUBSCRIBE
            {"method":"SUBSCRIBE",...,"id":1} is answered by {"id":1,"result":null}, UNSUBSCRIBE likewise; the latter ends the ticks.

            HTTP:
              GET    /           this page
              GET    /clients    live clients and their count
              GET    /history    per name: accepts, refusals, peak of concurrent connections, pings, times of attempts
              GET    /faults     faults in force
              POST   /faults     {"kind":"refuse","status":429,"retryAfter":"5"}   with "name", "path", "times" as wanted
                                 {"kind":"close","code":1011,"reason":"..."}      accept, then close
                                 {"kind":"silence"} {"kind":"no-pongs"}           send nothing; answer no heartbeat
                                 {"kind":"cut"}                                   reset connections now
                                 {"kind":"stop-listening","seconds":5}            refuse TCP for so long
              DELETE /faults     heals all, or those of ?name= or ?path=

            """).ToString();
    }
}

/// <summary>The heartbeats a path can speak besides RFC 6455.</summary>
public enum FeedDialect
{
    None,
    Text,
    Json,
    ModeCode,
    Mexc,
    Asks,
}
