using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHeartbeat.TestKit;

/// <summary>Options of a <see cref="FeedServer"/>: listening, heartbeats, ticks and limits.</summary>
public sealed record FeedServerOptions
{
    /// <summary>The address to listen on; port 0 takes a free port. Default loopback, port 0.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Listens with TLS when given, so that the server's URLs are wss; null (default) for plain ws.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The server's own RFC 6455 pings to every client; null for none. Default 15 s.</summary>
    public TimeSpan? PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A client that sends nothing for this long after a ping of the server is dead, and its connection is cut. Default 10 s.
    /// </summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often <c>/asks</c> sends <c>{"event":"ping"}</c>. Default 5 s.</summary>
    public TimeSpan AskInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Unanswered questions of <c>/asks</c> after which it closes with 4002. Default 3.</summary>
    public int MaxUnansweredAsks { get; init; } = 3;

    /// <summary>
    /// Messages per second of <c>/ticker</c>, <c>/start-stop</c> and <c>/im</c> when the URL has no <c>?rate=</c>. Default 1.
    /// </summary>
    public double TickerRate { get; init; } = 1;

    /// <summary>The largest message in bytes taken from a client; a larger one is answered by 1009. Default 1 MiB.</summary>
    public int MaxMessage { get; init; } = 1024 * 1024;

    /// <summary>Subprotocols that the server accepts, in no order: the client's first offer among them wins. Default none.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>How long a closing handshake waits for the client's Close before the connection is cut. Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of pings, questions, tickers and timestamps. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Logs clients that connect, leave or are refused. Default no log.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
