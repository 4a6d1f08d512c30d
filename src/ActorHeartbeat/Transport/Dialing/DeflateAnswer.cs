using System.Globalization;
using System.Net.WebSockets;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// The extensions of a handshake: none, or permessage-deflate with parameters that RFC 7692 section 7.1 allows. Offered is only what
/// keeps nothing between messages: a window that both sides keep takes 225 KB a connection.
/// </summary>
internal static class DeflateAnswer
{
    private const string Deflate = "permessage-deflate";
    private const string ClientWindow = "client_max_window_bits";
    private const string ServerWindow = "server_max_window_bits";
    private const string ClientForgets = "client_no_context_takeover";
    private const string ServerForgets = "server_no_context_takeover";

    /// <summary>What is offered.</summary>
    public const string Offer = $"{Deflate}; {ClientWindow}; {ClientForgets}; {ServerForgets}";

    /// <summary>zlib has no window of 256 bytes; data that was packed with one also unpacks with the next larger one.</summary>
    private const int LeastWindow = 9;

    /// <summary>
    /// Whether our messages may be packed. zlib cannot pack for a window of 256 bytes; messages go out as they are then, which
    /// RFC 7692 section 6 always allows.
    /// </summary>
    /// <param name="elements">The elements of Sec-WebSocket-Extensions.</param>
    public static bool MayPack(List<string> elements) => !elements.Exists(element => HeaderList.Split(element, ';').Exists(AsksForLeast));

    /// <summary>The extension that was chosen; null for none.</summary>
    /// <param name="elements">The elements of Sec-WebSocket-Extensions.</param>
    /// <param name="offer">What was offered, or empty.</param>
    /// <exception cref="DialException">The extension was not offered, or breaks RFC 7692.</exception>
    public static WebSocketDeflateOptions? Read(List<string> elements, string offer)
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
        var chosen = new WebSocketDeflateOptions();
        foreach (var part in parts.Skip(1))
            Read(part, chosen, seen);
        return chosen;
    }

    private static bool AsksForLeast(string parameter) => Part(parameter) is (ClientWindow, "8");

    private static (string Name, string? Value) Part(string parameter)
    {
        var equals = parameter.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? parameter : parameter[..equals].TrimEnd(' ', '\t')).ToLowerInvariant();
        return (name, equals < 0 ? null : HeaderList.Unquote(parameter[(equals + 1)..].TrimStart(' ', '\t')) ?? "");
    }

    private static void Read(string parameter, WebSocketDeflateOptions chosen, HashSet<string> seen)
    {
        var (name, value) = Part(parameter);
        if (!seen.Add(name))
            throw Breach(parameter, "which comes twice");
        switch (name)
        {
            case ClientForgets or ServerForgets when value is not null:
                throw Breach(parameter, "which has no value (RFC 7692 section 7.1.1)");
            case ClientForgets:
                chosen.ClientContextTakeover = false;
                break;
            case ServerForgets:
                chosen.ServerContextTakeover = false;
                break;
            case ClientWindow:
                chosen.ClientMaxWindowBits = WindowOf(parameter, value);
                break;
            case ServerWindow:
                chosen.ServerMaxWindowBits = WindowOf(parameter, value);
                break;
            default:
                throw Breach(parameter, "which RFC 7692 does not know");
        }
    }

    private static int WindowOf(string parameter, string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits is >= 8 and <= 15 && value![0] != '0'
            ? Math.Max(bits, LeastWindow)
            : throw Breach(parameter, "whose value is none of 8 to 15 (RFC 7692 section 7.1.2)");

    private static DialException Breach(string parameter, string why) =>
        HandshakeAnswer.Breach($"'Sec-WebSocket-Extensions' has the parameter \"{PeerText.Of(parameter, 64)}\", {why}");
}
