namespace ActorHeartbeat.Service.Contract;

/// <summary>The body of <c>POST /v1/endpoints/{id}/close</c>.</summary>
/// <param name="Code">The close code; null takes the endpoint's <c>close-code</c>.</param>
/// <param name="Reason">At most 123 bytes of UTF-8 (RFC 6455 section 5.5).</param>
internal sealed record CloseBody(int? Code, string? Reason);

/// <summary>The body of <c>POST /v1/endpoints/{id}/send</c>: exactly one of the two.</summary>
/// <param name="Text">A text message.</param>
/// <param name="Base64">A binary message.</param>
internal sealed record SendBody(string? Text, string? Base64);

/// <summary>The result of sending a message: <c>sent</c> or <c>queued</c>.</summary>
internal sealed record SentView(string Id, string Status);

/// <summary>The result of a health check.</summary>
/// <param name="Status"><c>ok</c>, or the reason why not, in one or two words.</param>
/// <param name="Detail">One line.</param>
internal sealed record HealthView(string Status, string Detail);
