using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.TestKit;

/// <summary>The server's half of the opening handshake (RFC 6455 section 4.2.2).</summary>
internal static class Handshake
{
    // RFC 6455 section 1.3.
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static string AcceptKey(string key)
    {
#pragma warning disable CA5350 // RFC 6455 fixes SHA-1 here; it proves nothing but that the key was read.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }
}
