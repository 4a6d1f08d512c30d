namespace ActorHeartbeat.Endpoints;

/// <summary>Bytes of which some half bytes may be anything. Immutable.</summary>
internal sealed class HexPattern
{
    private readonly byte[] _values, _masks;

    private HexPattern(byte[] values, byte[] masks) => (_values, _masks) = (values, masks);

    /// <summary>Why a text is none, or null when it is one.</summary>
    public static string? Reject(string hex) =>
        hex.Length == 0 || hex.Length % 2 != 0 ? "bytes are an even number of hexadecimal digits"
        : hex.All(digit => char.IsAsciiHexDigit(digit) || digit == '?') ? null
        : "bytes are hexadecimal digits; ? is any of them";

    /// <exception cref="FormatException">As <see cref="Reject"/> says.</exception>
    public static HexPattern Parse(string hex)
    {
        if (Reject(hex) is { } reason)
            throw new FormatException(reason);
        var (values, masks) = (new byte[hex.Length / 2], new byte[hex.Length / 2]);
        for (var at = 0; at < hex.Length; at++)
        {
            var shift = at % 2 == 0 ? 4 : 0;
            if (hex[at] == '?')
                continue;
            values[at / 2] |= (byte)(Convert.FromHexString($"0{hex[at]}")[0] << shift);
            masks[at / 2] |= (byte)(0xF << shift);
        }
        return new HexPattern(values, masks);
    }

    public bool Matches(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != _values.Length)
            return false;
        for (var at = 0; at < _values.Length; at++)
        {
            if ((payload[at] & _masks[at]) != _values[at])
                return false;
        }
        return true;
    }
}
