using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.Service.Access;

/// <summary>
/// A key of the HTTP API: <c>ahb_</c> and 256 random bits in base64url (RFC 4648 section 5). A text of another form is no key: no operator
/// can take a word that may be guessed, so one round of SHA-256 without salt is enough for its hash. A slow one defends words.
/// </summary>
internal static class AccessKey
{
    private const string Start = "ahb_";
    private const int RandomBytes = 32;
    private const int Length = 4 + 43;

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string New() => Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether a text has the form of a key.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Length && text.StartsWith(Start, StringComparison.Ordinal) && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>The hash as the configuration spells it.</summary>
    public static string Spell(byte[] hash) => $"sha256:{Convert.ToHexStringLower(hash)}";

    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>The bytes of a hash that the configuration has accepted.</summary>
    public static byte[] Parse(string hash) => Convert.FromHexString(hash.AsSpan("sha256:".Length));
}
