using System.Globalization;
using System.Text;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Keeps a URL as it was written: spelling a single escape differently would break a signed URL.</summary>
internal static class WireUrl
{
    private static readonly System.Buffers.SearchValues<char> Legal = System.Buffers.SearchValues.Create(
        "!$&'()*+,;=:@/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// The same URL; its path and query go out byte for byte where RFC 3986 allows their bytes. A character that it does not allow is
    /// escaped, and nothing else is touched.
    /// </summary>
    public static Uri Of(Uri url)
    {
        var text = url.OriginalString;
        var path = PathAt(text);
        if (path == text.Length || text.AsSpan(path).Contains('#'))
            return url;
        var wire = new StringBuilder(text, 0, path, text.Length + 1);
        if (text[path] != '/')
            wire.Append('/');
        Escape(text.AsSpan(path), wire);
        return new Uri(wire.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
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

    private static void Escape(ReadOnlySpan<char> text, StringBuilder wire)
    {
        Span<byte> bytes = stackalloc byte[4]; // the most of one character
        while (!text.IsEmpty)
        {
            _ = Rune.DecodeFromUtf16(text, out var rune, out var length);
            if (rune.Value == '%' ? IsEscape(text) : rune.IsBmp && Legal.Contains((char)rune.Value))
                wire.Append((char)rune.Value);
            else
                foreach (var part in bytes[..rune.EncodeToUtf8(bytes)])
                    wire.Append(CultureInfo.InvariantCulture, $"%{part:X2}");
            text = text[length..];
        }
    }

    private static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length > 2 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);
}
