using System.Globalization;
using System.Text;
using ActorHeartbeat.Service.Contract;
using Microsoft.AspNetCore.Http.Features;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// Reads the key of a subscription, which is the rest of a path, as the client wrote it. The server's own path does not tell
/// <c>%2F</c> from <c>%252F</c>. A path with dots between slashes has been refused before (<see cref="ProblemsInJson"/>).
/// </summary>
internal static class KeyInPath
{
    /// <summary>Those of <c>/v1/endpoints/ID/subscriptions/NAME/KEY</c>.</summary>
    private const int SlashesBefore = 6;

    private const string Remedy = "escape each byte of UTF-8 that a path may not hold as % and two hexadecimal digits, and % as %25";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The key of a request; empty where the path ends before it.</summary>
    public static (string Key, Problem? Problem) Read(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        if (target.IndexOf("://") is var scheme and >= 0 && !target.StartsWith('/'))
        {
            target = target[(scheme + 3)..]; // the absolute form (RFC 9112 section 3.2.2): the host comes first
            target = target[Math.Max(target.IndexOf('/'), 0)..];
        }
        if (target.IndexOf('?') is var query and >= 0)
            target = target[..query];
        var start = StartOfKey(target);
        return Decode(target[Math.Min(start + 1, target.Length)..]) is { } key
            ? (key, null)
            : ("", Problem.BadRequest($"the key in {target} is not percent-encoded UTF-8", Remedy));
    }

    private static int StartOfKey(ReadOnlySpan<char> path)
    {
        var slashes = 0;
        for (var at = 0; at < path.Length; at++)
        {
            if (path[at] == '/' && ++slashes == SlashesBefore)
                return at;
        }
        return path.Length;
    }

    private static string? Decode(ReadOnlySpan<char> escaped)
    {
        var bytes = new List<byte>(escaped.Length);
        for (var at = 0; at < escaped.Length; at++)
        {
            if (escaped[at] != '%')
            {
                bytes.Add((byte)escaped[at]); // Kestrel takes no other than ASCII in a request line
                continue;
            }
            if (escaped.Length - at < 3 || !byte.TryParse(escaped.Slice(at + 1, 2), NumberStyles.AllowHexSpecifier, null, out var value))
                return null;
            bytes.Add(value);
            at += 2;
        }
        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
