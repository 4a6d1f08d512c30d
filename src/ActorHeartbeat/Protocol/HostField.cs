namespace ActorHeartbeat.Protocol;

/// <summary>
/// A value of the Host header: a name or an address, and a port (RFC 9110 section 7.2). The framework drops any other, and says nothing.
/// </summary>
internal static class HostField
{
    /// <summary>Whether a text is one.</summary>
    public static bool Is(string text) =>
        !text.AsSpan().ContainsAny("/?#@%\\ \t\"',")
        && Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var url)
        && url.Host.Length > 0;
}
