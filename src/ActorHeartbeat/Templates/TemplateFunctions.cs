using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>
/// The functions of the template language that are built in. None throws: the result is null where an argument is of a wrong kind or
/// form (<see cref="TemplateValue.None"/> always is one), and where the parts together or the result are over <see cref="MostBytes"/>.
/// </summary>
internal static class TemplateFunctions
{
    /// <summary>The most bytes of a result, text as UTF-8.</summary>
    public const int MostBytes = 1024 * 1024;

    public const string Token = "jwt";

    private static readonly SearchValues<char> Base64Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");

    private static readonly TemplateFunction[] All =
    [
        Define("string", 1, 1, args => OfText(args[0].AsText())),
        Define("number", 1, 1, args => Number(args[0])),
        Define("json", 1, 1, args => args[0].AsJson() is { } json ? OfText(CompactJson.Of(json)) : null),
        Define("url", 1, 1, args => args[0].AsText() is { } text ? OfText(Uri.EscapeDataString(text)) : null),
        Define("add", 2, 2, args => Add(args[0], args[1])),
        Join("hex", parts => OfText(Convert.ToHexStringLower(parts))),
        Define("unhex", 1, 1, args => OfBytes(Unhex(args[0]))),
        Join("base64", parts => OfText(Convert.ToBase64String(parts))),
        Join("base64url", parts => OfText(Base64Url.EncodeToString(parts))),
        Define("unbase64", 1, 1, args => OfBytes(Unbase64(args[0]))),
        Join("sha256", parts => OfBytes(SHA256.HashData(parts))),
        Join("sha512", parts => OfBytes(SHA512.HashData(parts))),
        JoinWithKey("hmac-sha256", HMACSHA256.HashData),
        JoinWithKey("hmac-sha512", HMACSHA512.HashData),
        JoinWithKey("hmac-sha1", HMACSHA1.HashData),
        Define(Token, 3, 4, Jwt) with { Fault = FaultOfKey },
        Define("u16", 1, 1, args => args[0] is TemplateValue.Json json ? OfBytes(U16(json.Value)) : null),
        Join("sized16", parts => parts.Length <= ushort.MaxValue ? OfBytes([.. BigEndian((ushort)parts.Length), .. parts]) : null),
        Join("sized7", parts => OfBytes([.. SevenBitGroups(parts.Length), .. parts])),
    ];

    private static readonly FrozenDictionary<string, TemplateFunction> ByName =
        All.ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names { get; } = [.. All.Select(function => function.Name)];

    /// <summary>Null when there is none of this name; capital letters matter.</summary>
    public static TemplateFunction? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>A function of the host: bytes in, bytes out.</summary>
    /// <param name="name">As it is written.</param>
    /// <param name="arguments">How many arguments it takes.</param>
    /// <param name="apply">Makes the bytes; null where an argument has a wrong form.</param>
    public static TemplateFunction OfHost(string name, int arguments, Func<IReadOnlyList<ReadOnlyMemory<byte>>, byte[]?> apply) =>
        Define(name, arguments, arguments, args =>
        {
            var given = new ReadOnlyMemory<byte>[args.Count];
            for (var index = 0; index < given.Length; index++)
            {
                if (args[index].AsBytes() is not { } bytes)
                    return null;
                given[index] = bytes;
            }
            try
            {
                return OfBytes(apply(given)?.ToArray()); // the host may use its array again
            }
            catch (Exception) // the code of the host may throw anything, and no function may end a connection
            {
                return null;
            }
        });

    private static TemplateFunction Define(
        string name, int least, int? most, Func<IReadOnlyList<TemplateValue>, TemplateValue?> apply) =>
        new(name, least, most, args =>
        {
            if (args.Count < least || args.Count > most)
                return null;
            try
            {
                return apply(args) is { } result && Fits(result) ? result : null;
            }
            catch (InvalidOperationException)
            {
                return null; // what JSON says of a string that is no Unicode text: half of a surrogate pair, bytes that are no UTF-8
            }
        });

    /// <summary>A function of any number of parts, at least one, put together as bytes.</summary>
    private static TemplateFunction Join(string name, Func<byte[], TemplateValue?> apply) =>
        Define(name, 1, null, args => Joined(args) is { } parts ? apply(parts) : null);

    private static TemplateFunction JoinWithKey(string name, Func<byte[], byte[], byte[]> apply) =>
        Define(name, 2, null, args =>
            args[0].AsBytes() is { } key && Joined(args.Skip(1)) is { } parts ? OfBytes(apply(key, parts)) : null);

    private static byte[]? Joined(IEnumerable<TemplateValue> values)
    {
        var joined = new ArrayBufferWriter<byte>();
        foreach (var value in values)
        {
            if (value.AsBytes() is not { } part || part.Length > MostBytes - joined.WrittenCount)
                return null;
            joined.Write(part);
        }
        return joined.WrittenSpan.ToArray();
    }

    private static bool Fits(TemplateValue result) => result switch
    {
        TemplateValue.Text text => Encoding.UTF8.GetByteCount(text.Value) <= MostBytes,
        _ => result.AsBytes()?.Length <= MostBytes,
    };

    private static TemplateValue? OfText(string? text) => text is null ? null : TemplateValue.Of(text);

    private static TemplateValue? OfBytes(byte[]? bytes) => bytes is null ? null : TemplateValue.Of(bytes);

    private static TemplateValue? OfNumber(JsonElement? number) => number is { } json ? TemplateValue.Of(json) : null;

    private static bool IsNumber(TemplateValue value, out JsonElement number)
    {
        number = value is TemplateValue.Json json ? json.Value : default;
        return number.ValueKind == JsonValueKind.Number;
    }

    private static TemplateValue? Number(TemplateValue value) => value switch
    {
        TemplateValue.Text text => OfNumber(JsonNumber.Parse(text.Value)),
        _ when IsNumber(value, out _) => value,
        _ => null,
    };

    private static TemplateValue? Add(TemplateValue left, TemplateValue right) =>
        IsNumber(left, out var a) && IsNumber(right, out var b) ? OfNumber(JsonNumber.Add(a, b)) : null;

    private static byte[]? Unhex(TemplateValue value)
    {
        if (value is not TemplateValue.Text { Value: var text } || text.Length % 2 != 0)
            return null;
        var bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }

    /// <summary>Both alphabets of RFC 4648, with padding or without. Other characters are refused, spaces too (section 3.3).</summary>
    private static byte[]? Unbase64(TemplateValue value)
    {
        if (value is not TemplateValue.Text { Value: var text })
            return null;
        var digits = text.TrimEnd('=');
        var isPadded = digits.Length < text.Length;
        var length = (digits.Length + 3) / 4 * 4;
        if (digits.Length % 4 == 1 || (isPadded && text.Length != length) || digits.AsSpan().ContainsAnyExcept(Base64Digits))
            return null;
        return Convert.FromBase64String(digits.Replace('-', '+').Replace('_', '/').PadRight(length, '='));
    }

    private static TemplateValue? Jwt(IReadOnlyList<TemplateValue> args)
    {
        if (args[0] is not TemplateValue.Text algorithm || args[1].AsBytes() is not { } key || ObjectOf(args[2]) is not { } claims)
            return null;
        var header = args.Count > 3 ? ObjectOf(args[3]) : null;
        return args.Count > 3 && header is null ? null : OfText(JsonWebToken.Sign(algorithm.Value, key, claims, header));
    }

    private static string? FaultOfKey(IReadOnlyList<TemplateValue> args) =>
        args[0] is TemplateValue.Text algorithm && args[1].AsBytes() is { } key
            && JsonWebToken.RejectKey(algorithm.Value, key) is { } fault
            ? $"whose key {fault}"
            : null;

    /// <summary>A JSON object, or a text that spells one.</summary>
    private static JsonElement? ObjectOf(TemplateValue value)
    {
        if (value is not TemplateValue.Text text)
            return value.AsJson();
        try
        {
            return JsonElement.Parse(text.Value);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            return null; // no JSON, or half of a surrogate pair
        }
    }

    private static byte[]? U16(JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetUInt16(out var number) ? BigEndian(number) : null;

    private static byte[] BigEndian(ushort number)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        return bytes;
    }

    /// <summary>
    /// The "remaining length" of MQTT (3.1.1, section 2.2.3): the lowest seven bits first, and the eighth says that more follow. The bound
    /// of the parts keeps it below the four bytes that MQTT allows.
    /// </summary>
    private static List<byte> SevenBitGroups(int length)
    {
        var groups = new List<byte>();
        for (; length > 0x7F; length >>= 7)
            groups.Add((byte)(length | 0x80));
        groups.Add((byte)length);
        return groups;
    }
}
