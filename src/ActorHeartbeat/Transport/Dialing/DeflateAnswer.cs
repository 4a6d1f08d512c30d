using System.Globalization;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>The extensions of an acceptance: none, or permessage-deflate with parameters that RFC 7692 section 7.1 allows.</summary>
internal static class DeflateAnswer
{
    private const string Deflate = "permessage-deflate";
    private const string ClientWindow = "client_max_window_bits";
    private const string ServerWindow = "server_max_window_bits";

    /// <summary>zlib has no window of 256 bytes; data that was packed with one also unpacks with the next larger one.</summary>
    private const int LeastWindow = 9;

    private static readonly string[] Flags = ["server_no_context_takeover", "client_no_context_takeover"];

    /// <summary>
    /// Whether our messages may be packed. zlib cannot pack for a window of 256 bytes; messages go out as they are then, which
    /// RFC 7692 section 6 always allows.
    /// </summary>
    /// <param name="elements">The elements of Sec-WebSocket-Extensions.</param>
    public static bool MayPack(List<string> elements) => !elements.Exists(element => HeaderList.Split(element, ';').Exists(AsksForLeast));

    /// <summary>The extension in canonical spelling; null when none was chosen.</summary>
    /// <param name="elements">The elements of Sec-WebSocket-Extensions.</param>
    /// <param name="offer">What was offered, or empty.</param>
    /// <exception cref="DialException">The extension was not offered, or breaks RFC 7692.</exception>
    public static string? Read(List<string> elements, string offer)
    {
        if (elements.Count == 0)
            return null;
        var shown = PeerText.Of(string.Join(", ", elements), 128);
        if (elements.Count > 1)
            throw HandshakeAnswer.Breach($"'Sec-WebSocket-Extensions' names more than was offered: \"{shown}\"");
        var parts = HeaderList.Split(elements[0], ';');
        if (offer.Length == 0 || parts.Count == 0 || !parts[0].Equals(Deflate, StringComparison.OrdinalIgnoreCase))
            throw HandshakeAnswer.Breach($"'Sec-WebSocket-Extensions' is \"{shown}\", which was not offered");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return string.Join("; ", [Deflate, .. parts.Skip(1).Select(part => Spell(part, offer, seen))]);
    }

    private static bool AsksForLeast(string parameter) => Part(parameter) is (ClientWindow, "8");

    private static (string Name, string? Value) Part(string parameter)
    {
        var equals = parameter.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? parameter : parameter[..equals].TrimEnd(' ', '\t')).ToLowerInvariant();
        return (name, equals < 0 ? null : HeaderList.Unquote(parameter[(equals + 1)..].TrimStart(' ', '\t')) ?? "");
    }

    private static string Spell(string parameter, string offer, HashSet<string> seen)
    {
        var (name, value) = Part(parameter);
        if (!seen.Add(name))
            throw Breach(parameter, "which comes twice");
        if (Flags.Contains(name))
            return value is null ? name : throw Breach(parameter, "which has no value (RFC 7692 section 7.1.1)");
        if (name is not (ClientWindow or ServerWindow))
            throw Breach(parameter, "which RFC 7692 does not know");
        if (name == ClientWindow && !offer.Contains(ClientWindow, StringComparison.Ordinal))
            throw Breach(parameter, "which was not offered (RFC 7692 section 7.1.2.2)");
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits is < 8 or > 15 || value![0] == '0')
            throw Breach(parameter, "whose value is none of 8 to 15 (RFC 7692 section 7.1.2)");
        return string.Create(CultureInfo.InvariantCulture, $"{name}={Math.Max(bits, LeastWindow)}");
    }

    private static DialException Breach(string parameter, string why) =>
        HandshakeAnswer.Breach($"'Sec-WebSocket-Extensions' has the parameter \"{PeerText.Of(parameter, 64)}\", {why}");
}
