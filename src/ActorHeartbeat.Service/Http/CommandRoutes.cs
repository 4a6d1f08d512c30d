using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// The commands for an endpoint. Every command is logged. A command that outlives the process is answered when it is written, or the disk
/// has had its time.
/// </summary>
internal sealed class CommandRoutes(ConnectionsClient connections, ServiceState state, ILogger log, StateDatabase? database)
{
    public const int LongestReason = 123; // RFC 6455 section 5.5: 125 bytes with the code

    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(2);

    private const string CloseExample = """{"code": 1000, "reason": "maintenance"}""";
    private const string SendExample = """{"text": "hello"} or {"base64": "aGVsbG8="}""";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/endpoints/{id}/pause", http => Command(http, "pause", connections.PauseAsync));
        routes.MapPost("/v1/endpoints/{id}/resume", http => Command(http, "resume", connections.ResumeAsync));
        routes.MapPost("/v1/endpoints/{id}/refresh", http => Command(http, "refresh", connections.RefreshAsync));
        routes.MapPost("/v1/endpoints/{id}/rotate", http => Command(http, "rotate", connections.RotateAsync));
        routes.MapPost("/v1/endpoints/{id}/close", Close);
        routes.MapPost("/v1/endpoints/{id}/send", Send);
        routes.MapPost(
            "/v1/endpoints/{id}/subscriptions/{name}/{**key}",
            http => ChangeKey(http, "subscribe", connections.SubscribeAsync, (_, keeping) => "is wanted; " + StaysUntil(keeping)));
        routes.MapDelete(
            "/v1/endpoints/{id}/subscriptions/{name}/{**key}",
            http => ChangeKey(http, "cancel", connections.UnsubscribeAsync, Removed));
    }

    private static string StaysUntil(Keeping keeping) => keeping switch
    {
        Keeping.Nothing => "it stays until it is removed here, or the process ends: no state is kept",
        Keeping.NotNow =>
            "it stays until it is removed here, or the process ends before the state can be written: the log says why it cannot",
        _ => "it stays until it is removed here",
    };

    private static string Removed(SubscriptionSettings? subscription, Keeping keeping) =>
        "is not wanted any more"
        + (subscription is { Cancel: null, CancelHttp: null, Batch: not SubscriptionSettings.WholeBatch }
            ? "; the subscription has no cancel, so that the peer may keep it until the connection ends"
            : "")
        + (keeping == Keeping.NotNow
            ? "; it comes back if the process ends before the state can be written: the log says why it cannot"
            : "");

    private async Task Command(HttpContext http, string name, Func<EndpointId, CancellationToken, Task<CommandResult>> command)
    {
        if (await Admit(http) is not { } endpoint)
            return;
        if (await http.Discard() is { } problem)
            await http.Refuse(problem);
        else
            await Carry(http, name, endpoint.Id, await command(endpoint.Id, http.RequestAborted));
    }

    /// <summary>A key may have slashes, such as BTC/USD: it is the rest of the path, escaped once.</summary>
    private async Task ChangeKey(
        HttpContext http,
        string name,
        Func<EndpointId, string, string, CancellationToken, Task<CommandResult>> change,
        Func<SubscriptionSettings?, Keeping, string> done)
    {
        if (await Admit(http) is not { } endpoint)
            return;
        var subscription = (string)http.Request.RouteValues["name"]!; // the route has both
        var (key, problem) = KeyInPath.Read(http);
        problem ??= http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0
            ? Problem.BadRequest("the request has a body", "send none: the key stands in the path")
            : null;
        if (problem is not null)
        {
            await http.Refuse(problem);
            return;
        }
        var result = await change(endpoint.Id, subscription, key, http.RequestAborted);
        var keeping = await Keep(result);
        if (!await Note(
            http, $"{name} {PeerText.Of($"{subscription}/{key}")} of", endpoint.Id, result,
            "change the subscription in the configuration, or remove keys that were added"))
            return;
        var words = endpoint.Settings.Subscriptions.GetValueOrDefault(subscription);
        var said = result.Why.Length > 0
            ? result.Why
            : PeerText.Of($"{subscription}/{key} {done(words, keeping)}");
        await http.Answer(
            new KeyCommandView(endpoint.Id.Value, subscription, key, said),
            ServiceJson.Contract.KeyCommandView,
            result.Why.Length > 0 ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private async Task Close(HttpContext http)
    {
        if (await Admit(http) is not { } endpoint)
            return;
        var (body, problem) = await http.Read(ServiceJson.Contract.CloseBody, CloseExample);
        var code = body?.Code ?? endpoint.Settings.CloseCode;
        var reason = body?.Reason ?? "";
        problem ??= CloseCodes.MaySend(code)
            ? null
            : Problem.BadRequest(
                $"close code {code} ({CloseCodes.Name(code)}) must not be sent",
                "take one of 1000-1003, 1007-1014 or 3000-4999 (RFC 6455 section 7.4)");
        problem ??=
            Encoding.UTF8.GetByteCount(reason) <= LongestReason
                ? null
                : Problem.BadRequest(
                    $"the reason has {Encoding.UTF8.GetByteCount(reason)} bytes",
                    $"a reason has {LongestReason} bytes of UTF-8 at most (RFC 6455 section 5.5)");
        if (problem is not null)
            await http.Refuse(problem);
        else
            await Carry(http, "close", endpoint.Id, await connections.CloseAsync(endpoint.Id, code, reason, http.RequestAborted));
    }

    private async Task Send(HttpContext http)
    {
        if (await Admit(http) is not { } endpoint)
            return;
        var most = HttpLimits.Message(endpoint.Settings.Limits.Message);
        var (body, problem) = await http.Read(ServiceJson.Contract.SendBody, SendExample, HttpLimits.BodyOf(most));
        var message = problem is null ? MessageOf(body) : null;
        if (message is null)
        {
            await http.Refuse(problem ?? Problem.BadRequest("the body must have either \"text\" or \"base64\"", $"send {SendExample}"));
            return;
        }
        if (message.Payload.Length > most)
        {
            await http.Refuse(Problem.TooLarge(
                $"the message has {message.Payload.Length} bytes",
                $"a message to {endpoint.Id} may have {most} bytes at most; limits.message raises it"));
            return;
        }
        var result = await connections.SendAsync(endpoint.Id, message, endpoint.Settings.Timeouts.Send, http.RequestAborted);
        log.OperatorCommand("send", endpoint.Id, Spelling.Kebab(result.Status));
        await (
            result.Status switch
            {
                SendStatus.Sent => http.Answer(new SentView(endpoint.Id.Value, "sent"), ServiceJson.Contract.SentView),
                SendStatus.Queued => http.Answer(
                    new SentView(endpoint.Id.Value, "queued"), ServiceJson.Contract.SentView, StatusCodes.Status202Accepted),
                SendStatus.Expired => http.Refuse(
                    new Problem(
                        StatusCodes.Status504GatewayTimeout,
                        "Not sent in time",
                        result.Why,
                        "the connection may be dead; GET the endpoint's explain")),
                _ => http.Refuse(Problem.Refused(result.Why, "wait until the endpoint is open, or set send.while-down = queue")),
            });
    }

    private static OutboundMessage? MessageOf(SendBody? body)
    {
        if (body is { Text: { } text, Base64: null })
            return OutboundMessage.Text(text);
        if (body is not { Base64: { } base64, Text: null })
            return null;
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? OutboundMessage.Binary(bytes.AsMemory(0, length)) : null;
    }

    private async Task Carry(HttpContext http, string name, EndpointId id, CommandResult result)
    {
        await Keep(result);
        if (!await Note(http, name, id, result, $"GET /v1/endpoints/{id}/explain says how it is"))
            return;
        if (await connections.GetEndpointAsync(id, http.RequestAborted) is { } endpoint)
            await http.Answer(EndpointView.Of(endpoint), ServiceJson.Contract.EndpointView, StatusCodes.Status202Accepted);
        else
            await http.Refuse(Problem.UnknownEndpoint(id.Value));
    }

    /// <summary>Waits until the effect of a command is written, or cannot be.</summary>
    private async Task<Keeping> Keep(CommandResult result) =>
        database is null ? Keeping.Nothing
        : result.Outcome != CommandOutcome.Accepted || await database.WrittenAsync(WriteDeadline) ? Keeping.Written
        : Keeping.NotNow;

    /// <summary>Logs a command; answers one that was not accepted.</summary>
    /// <returns>Whether it was accepted, and has no answer yet.</returns>
    private async Task<bool> Note(HttpContext http, string name, EndpointId id, CommandResult result, string remedy)
    {
        log.OperatorCommand(name, id, Spelling.Kebab(result.Outcome));
        var problem = result.Outcome switch
        {
            CommandOutcome.Accepted => null,
            CommandOutcome.UnknownEndpoint => Problem.UnknownEndpoint(id.Value),
            CommandOutcome.Unknown => Problem.UnknownKey(result.Why, $"GET /v1/endpoints/{id}/subscriptions lists the keys"),
            CommandOutcome.Invalid => Problem.BadRequest(result.Why, "write the key behind the name: POST .../subscriptions/trades/BTC"),
            _ => Problem.Refused(result.Why, remedy),
        };
        if (problem is not null)
            await http.Refuse(problem);
        return problem is null;
    }

    private async Task<EndpointSnapshot?> Admit(HttpContext http)
    {
        if (!state.IsDraining)
            return await EndpointRoutes.Find(http, connections);
        await http.Refuse(Problem.Draining);
        return null;
    }

    /// <summary>What becomes of the effect of a command when the process ends.</summary>
    private enum Keeping
    {
        /// <summary>It is lost: there is no state.path.</summary>
        Nothing,

        /// <summary>It is lost unless the state can be written before.</summary>
        NotNow,
        Written,
    }
}
