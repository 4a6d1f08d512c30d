using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ActorHeartbeat.TestKit;

/// <summary>Accepts or refuses handshakes by path, name, faults in force and RFC 6455 section 4.2.</summary>
internal sealed partial class FeedGate(FeedServerOptions options, FeedLedger ledger, FeedFaults faults)
{
    private readonly ILogger _log = options.Logging.CreateLogger("ActorHeartbeat.FeedServer");
    private int _anonymous;
    private volatile bool _shut;

    /// <summary>From now on every handshake is refused with 503.</summary>
    public void Shut() => _shut = true;

    public async Task EnterAsync(HttpContext context)
    {
        var name = NameOf(context.Request.Query);
        var path = FeedPath.Find(context.Request.Path.Value);
        if (Refusal(context, name, path) is { } refusal)
        {
            var asked = context.Request.Path.Value ?? "/";
            ledger.Refused(name, asked, refusal.Status);
            LogRefused(name, asked, refusal.Status);
            await refusal.SendAsync(context.Response).ConfigureAwait(false);
            return;
        }
        await ServeAsync(context, FeedVisit.Read(path!, name, context.Request.Query, options.TickerRate)).ConfigureAwait(false);
    }

    private string NameOf(IQueryCollection query) =>
        query["name"] is { Count: > 0 } names && !string.IsNullOrEmpty(names[0])
            ? names[0]!
            : $"anonymous-{Interlocked.Increment(ref _anonymous)}";

    private FeedRefusal? Refusal(HttpContext context, string name, FeedPath? path)
    {
        if (path is null)
            return new FeedRefusal(404, "no such path; GET / lists them");
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
            || !context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase))
            return new FeedRefusal(426, "a WebSocket handshake is expected here");
        if (context.Request.Headers.SecWebSocketVersion != "13")
            return new FeedRefusal(426, "only version 13 of the protocol is spoken");
        if (StringValues.IsNullOrEmpty(context.Request.Headers.SecWebSocketKey))
            return new FeedRefusal(400, "Sec-WebSocket-Key is missing");
        if (name.Length > FeedVisit.MaxName)
            return new FeedRefusal(400, $"a name has at most {FeedVisit.MaxName} characters");
        if (_shut)
            return new FeedRefusal(503, "the server is going away");
        if (faults.Take(FeedFaultKind.Refuse, name, path.Path) is { } fault)
            return new FeedRefusal(fault.Status, "a fault is in force", fault.RetryAfter);
        return path.Path == FeedPath.Refuse ? FeedRefusal.Asked(context.Request.Query) : null;
    }

    private async Task ServeAsync(HttpContext context, FeedVisit visit)
    {
        var response = context.Response;
        response.Headers.Upgrade = "websocket";
        response.Headers.SecWebSocketAccept = Handshake.AcceptKey(context.Request.Headers.SecWebSocketKey!);
        if (AgreedSubprotocol(context.Request.Headers.SecWebSocketProtocol) is { } subprotocol)
            response.Headers.SecWebSocketProtocol = subprotocol;

        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        var peer = new PeerSocket(context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        FeedClient? client = null;
        var older = ledger.Joined(visit.Name, visit.Path.Path, connection =>
            client = new FeedClient(visit, connection, new FeedSocket(stream, options.MaxMessage), peer, options, ledger, faults));
        LogConnected(visit.Name, visit.Path.Path, client!.Connection);
        var replacing = Task.WhenAll(older.Select(one => one.CloseAsync(FeedClient.CloseReplaced, "replaced by a newer connection")));
        // Checked after joining: a connection is either among those that a stop closes, or sees here that the server stops.
        var end = _shut ? new FeedFault(FeedFaultKind.Close) { Code = 1001 } : EndOf(visit, context.Request.Query);
        var ending = end is null ? Task.CompletedTask : CloseLaterAsync(client, end);
        await Task.WhenAll(client.RunAsync(), replacing, ending).ConfigureAwait(false);
        LogGone(visit.Name, visit.Path.Path, client.Connection);
    }

    private string? AgreedSubprotocol(StringValues offered) => offered
        .SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(options.Subprotocols.Contains);

    private FeedFault? EndOf(FeedVisit visit, IQueryCollection query)
    {
        if (visit.Path.Path != FeedPath.Flap)
            return faults.Take(FeedFaultKind.Close, visit.Name, visit.Path.Path);
        return new FeedFault(FeedFaultKind.Close)
        {
            Code = (int)Math.Clamp(FeedVisit.Number(query, "code") ?? 1013, 0, ushort.MaxValue),
            Reason = query["reason"].ToString() is { Length: <= 100 } reason ? reason : "",
            After = TimeSpan.FromMilliseconds(Math.Clamp(FeedVisit.Number(query, "after") ?? 0, 0, 86_400_000)),
        };
    }

    private async Task CloseLaterAsync(FeedClient client, FeedFault end)
    {
        if (end.After > TimeSpan.Zero)
            // A bare delay: the server has no actors.
            await Task.WhenAny(client.Ended, Task.Delay(end.After, options.Time, CancellationToken.None)).ConfigureAwait(false);
        await client.CloseAsync(end.Code, end.Reason).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "feed server: {Name} connected to {Path}, connection {Connection}")]
    private partial void LogConnected(string name, string path, int connection);

    [LoggerMessage(Level = LogLevel.Information, Message = "feed server: {Name} left {Path}, connection {Connection}")]
    private partial void LogGone(string name, string path, int connection);

    [LoggerMessage(Level = LogLevel.Information, Message = "feed server: {Name} refused at {Path} with {Status}")]
    private partial void LogRefused(string name, string path, int status);
}

/// <summary>A handshake's refusal.</summary>
internal sealed record FeedRefusal(int Status, string Text, string? RetryAfter = null)
{
    /// <summary>The refusal that <c>/refuse?status=&amp;retry-after=</c> asks for.</summary>
    public static FeedRefusal Asked(IQueryCollection query)
    {
        var status = (int)Math.Clamp(FeedVisit.Number(query, "status") ?? 503, 300, 599);
        var retryAfter = FeedVisit.Number(query, "retry-after");
        return new FeedRefusal(status, "refused as asked", retryAfter?.ToString("F0", CultureInfo.InvariantCulture));
    }

    public async Task SendAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = "text/plain; charset=utf-8";
        if (Status == 426)
        {
            response.Headers.Upgrade = "websocket";
            response.Headers["Sec-WebSocket-Version"] = "13";
        }
        if (RetryAfter is not null)
            response.Headers.RetryAfter = RetryAfter;
        await response.WriteAsync(Text + "\n", response.HttpContext.RequestAborted).ConfigureAwait(false);
    }
}
