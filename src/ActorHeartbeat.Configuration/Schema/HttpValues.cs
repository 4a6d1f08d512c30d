using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Reads the HTTP requests of a conversation.</summary>
internal static class HttpValues
{
    private static readonly ValueReader<string> Method = new Judged<string>(
        "a method such as POST",
        text => HttpToken.Is(text) ? (text, null) : (null, "a method has only letters, digits and !#$%&'*+-.^_`|~ (RFC 9110 section 9.1)"),
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
            Reject = (call, _) =>
                call is { Method: "GET" or "HEAD", Body: not null } ? $"{call.Method} has no body; use method = POST" : null,
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
            if (value is null)
                return at.Refuse(Expected);
            if (Placeholders.Reject(value, TemplatePlace.Message) is { } fault)
                return at.Report(fault);
            if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.Scheme is not ("http" or "https"))
                return at.Report(
                    Template.MayBe(value)
                        ? "a placeholder stands in the path or the query of a URL; its scheme, http or https, and its host are written out"
                        : $"expected {Expected}");
            if (url.UserInfo.Length > 0)
                return at.Report("a user or password in a URL shows in logs; use headers.Authorization");
            return (url.Fragment.Length == 0 && !value.EndsWith('#')) || at.Report("a URL that is asked for has no fragment");
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
