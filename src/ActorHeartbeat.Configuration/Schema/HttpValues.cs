using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads the HTTP requests of a conversation.</summary>
internal static class HttpValues
{
    private static readonly ValueReader<string> Method = new Judged<string>(
        "a method such as POST",
        text => Words.RejectMethod(text) is { } fault ? (null, fault) : (text, null),
        text => text);

    public static readonly ValueReader<HttpCall?> OptionalCall = new OptionalObject<HttpCall>(
        null,
        new ObjectOf<HttpCall>(
            "an HTTP request",
            new Shape<HttpCall>(
                Part.Of<HttpCall, string>("method", Method, call => call.Method, (call, method) => With(call, method, call.Url)),
                Part.Of<HttpCall, string>("url", new UrlReader(), call => call.Url, (call, url) => With(call, call.Method, url)),
                Part.Of<HttpCall, ValueMap<SecretValue>>(
                    "headers", HeaderValues.Headers, call => call.Headers, (call, headers) => call with { Headers = headers }),
                Part.Of<HttpCall, MessageTemplate?>(
                    "body", MessageValues.OptionalMessage, call => call.Body, (call, body) => call with { Body = body })),
            new HttpCall("GET", ""),
            "url")
        {
            Reject = (call, _) => Combinations.RejectCall(call),
        });

    private static HttpCall With(HttpCall call, string method, string url) =>
        new(method, url) { Headers = call.Headers, Body = call.Body };

    /// <summary>Reads a URL whose scheme and host are written out.</summary>
    private sealed class UrlReader : ValueReader<string>
    {
        public override string Expected => "a URL such as \"https://host/path\"";

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out string value)
        {
            value = at.Text;
            return value is null ? at.Refuse(Expected) : Words.RejectHttpUrl(value) is not { } fault || at.Report(fault);
        }

        public override void Write(Utf8JsonWriter json, string value, bool asWritten)
        {
            if (asWritten)
                json.WriteStringValue(value);
            else
                json.WriteStringValue(ShownUrl.Shape(new Uri(value)));
        }
    }
}
