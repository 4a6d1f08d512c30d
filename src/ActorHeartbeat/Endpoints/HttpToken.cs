using System.Buffers;

namespace ActorHeartbeat.Endpoints;

/// <summary>A token of HTTP (RFC 9110 section 5.6.2): a header's name, a subprotocol.</summary>
internal static class HttpToken
{
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether a text is one.</summary>
    public static bool Is(string text) => text.Length > 0 && text.AsSpan().IndexOfAnyExcept(Characters) < 0;
}
