using System.Text;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Keeps a URL as it was written: spelling a single escape differently would break a signed URL.</summary>
internal static class WireUrl
{
    private static readonly System.Buffers.SearchValues<char> Legal = System.Buffers.SearchValues.Create(
        "%!$&'()*+,;=:@/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The same URL; its path and query go out byte for byte where RFC 3986 allows their bytes, otherwise escaped.</summary>
    public static Uri Of(Uri url)
    {
        var text = url.OriginalString;
        var path = PathAt(text);
        if (path == text.Length || text[path] != '/' || text.AsSpan(path).ContainsAnyExcept(Legal) || !EscapesAreWhole(text.AsSpan(path)))
            return url;
        return new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    /// <summary>The Host header in the spelling of the URL (RFC 9110 section 7.2); null when the framework's own is the same.</summary>
    public static string? HostHeader(Uri url)
    {
        var authority = Authority(url.OriginalString);
        var colon = authority.LastIndexOf(':');
        var host = colon >= 0 && !authority.EndsWith(']') ? authority[..colon] : authority;
        if (host == url.IdnHost || !host.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase) || !Ascii.IsValid(host))
            return null;
        return url.IsDefaultPort ? host : $"{host}:{url.Port}";
    }

    private static string Authority(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        return text[start..PathAt(text)];
    }

    private static int PathAt(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        return start < 3 || text.AsSpan(start).IndexOfAny('/', '?', '#') is not (>= 0 and var length) ? text.Length : start + length;
    }

    private static bool EscapesAreWhole(ReadOnlySpan<char> text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '%')
                continue;
            if (index + 2 >= text.Length || !char.IsAsciiHexDigit(text[index + 1]) || !char.IsAsciiHexDigit(text[index + 2]))
                return false;
        }

        return true;
    }
}
