using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>The parts of an upgrade request that its answer must match.</summary>
/// <param name="Key">Its Sec-WebSocket-Key.</param>
/// <param name="Subprotocols">In the order offered.</param>
/// <param name="Extensions">Its Sec-WebSocket-Extensions, or empty.</param>
internal sealed record HandshakeOffer(string Key, IReadOnlyList<string> Subprotocols, string Extensions)
{
    /// <summary>RFC 6455 section 4.1: sixteen random bytes.</summary>
    private const int KeyLength = 16;

    /// <summary>Whether an error may name subprotocols, which can hold a token.</summary>
    public bool ShowsNames { get; private init; }

    public static HandshakeOffer Of(DialRequest dial) => new(
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength)),
        dial.Subprotocols,
        dial.Settings.Compression ? DeflateAnswer.Offer : "")
    {
        ShowsNames = dial.Settings.ShowMessages,
    };
}

/// <summary>
/// The acceptance of a handshake, judged by RFC 6455 section 4.1. The framework is no judge of it: it compares whole values
/// where the RFCs allow lists, quotes and whitespace, and it accepts extensions that were never offered.
/// </summary>
internal sealed class HandshakeAnswer
{
    /// <summary>RFC 6455 section 1.3.</summary>
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The subprotocol that the peer has chosen; null for none.</summary>
    public string? Subprotocol { get; private init; }

    /// <summary>How messages are packed; null for not at all.</summary>
    public WebSocketDeflateOptions? Deflate { get; private init; }

    /// <inheritdoc cref="DeflateAnswer.MayPack"/>
    public bool MayPack { get; private init; }

    /// <summary>The values of Set-Cookie.</summary>
    public IReadOnlyList<string> Cookies { get; private init; } = [];

    public static DialException Breach(string what) => new(FailureLayer.Protocol, $"the handshake breaks RFC 6455: {what}");

    /// <exception cref="DialException">The answer breaks an RFC; the message states the rule and the bytes.</exception>
    public static HandshakeAnswer Judge(ReadOnlySpan<byte> bytes, HandshakeOffer offer)
    {
        var head = AnswerHead.Parse(bytes);
        CheckUpgrade(head);
        CheckAccept(head, offer.Key);
        var extensions = head.List("Sec-WebSocket-Extensions");
        return new HandshakeAnswer
        {
            Subprotocol = ChooseSubprotocol(head, offer),
            Deflate = DeflateAnswer.Read(extensions, offer.Extensions),
            MayPack = DeflateAnswer.MayPack(extensions),
            Cookies = [.. head.Values("Set-Cookie")],
        };
    }

    private static void CheckUpgrade(AnswerHead head)
    {
        var protocols = head.List("Upgrade");
        if (protocols.Count == 0)
            throw Breach("the answer has no 'Upgrade' header");
        if (!protocols.TrueForAll(protocol => protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase)))
            throw Breach($"'Upgrade' is \"{PeerText.Of(string.Join(", ", protocols), 64)}\", not websocket");
        var options = head.List("Connection");
        if (options.Count == 0)
            throw Breach("the answer has no 'Connection' header");
        if (!options.Exists(option => option.Equals("upgrade", StringComparison.OrdinalIgnoreCase)))
            throw Breach($"'Connection' is \"{PeerText.Of(string.Join(", ", options), 64)}\", without upgrade");
    }

    private static void CheckAccept(AnswerHead head, string key)
    {
        var accepts = head.Values("Sec-WebSocket-Accept").Distinct(StringComparer.Ordinal).ToList();
        if (accepts.Count == 0)
            throw Breach("the answer has no 'Sec-WebSocket-Accept' header");
        if (accepts.Count > 1)
            throw Breach($"the answer has several 'Sec-WebSocket-Accept' headers: \"{PeerText.Of(string.Join(", ", accepts), 128)}\"");
        var expected = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptGuid)));
        if (accepts[0] != expected)
            throw Breach($"'Sec-WebSocket-Accept' is \"{PeerText.Of(accepts[0], 64)}\", which does not answer the key that was sent");
    }

    private static string? ChooseSubprotocol(AnswerHead head, HandshakeOffer offer)
    {
        var chosen = head.List("Sec-WebSocket-Protocol").Distinct(StringComparer.Ordinal).ToList();
        if (chosen.Count == 0)
            return null;
        var offered = offer.Subprotocols;
        if (chosen.Count > 1)
            throw Breach($"'Sec-WebSocket-Protocol' chooses several subprotocols{Names(": ", chosen, "")}");
        return offered.FirstOrDefault(name => name == chosen[0])
            ?? offered.FirstOrDefault(name => name.Equals(chosen[0], StringComparison.OrdinalIgnoreCase))
            ?? throw Breach($"'Sec-WebSocket-Protocol' chooses a subprotocol{Names(" ", chosen, ",")} which was not offered{Others()}");

        string Names(string before, IReadOnlyList<string> names, string after) =>
            offer.ShowsNames ? $"{before}\"{PeerText.Of(string.Join(", ", names), 64)}\"{after}" : "";

        string Others() => !offer.ShowsNames || offered.Count == 0 ? "" : $" ({string.Join(", ", offered)} was)";
    }
}
