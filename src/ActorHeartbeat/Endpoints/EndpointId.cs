using System.Buffers;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// The identity of an endpoint in logs, metrics, the API and across reloads: 1 to 128 letters, digits, or <c>. _ : @ -</c>,
/// beginning with a letter or digit, so that it can stand unescaped in an actor path, a URL path and a metric label.
/// </summary>
public readonly record struct EndpointId : IComparable<EndpointId>
{
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-");

    private readonly string? _value;

    /// <exception cref="ArgumentException">The text is not an endpoint id; the message says why.</exception>
    public EndpointId(string value)
    {
        if (Reject(value) is { } reason)
            throw new ArgumentException(reason, nameof(value));
        _value = value;
    }

    public string Value => _value ?? "";

    /// <summary>Why <paramref name="value"/> cannot be an endpoint id, or null when it can.</summary>
    public static string? Reject(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "an endpoint id must not be empty";
        if (value.Length > MaxLength)
            return $"an endpoint id has at most {MaxLength} characters, this one has {value.Length}";
        if (!char.IsAsciiLetterOrDigit(value[0]))
            return $"the endpoint id \"{value}\" must begin with an ASCII letter or digit";
        var offender = value.AsSpan().IndexOfAnyExcept(Allowed);
        return offender < 0
            ? null
            : $"the endpoint id \"{value}\" contains '{value[offender]}'; allowed are ASCII letters, digits and . _ : @ -";
    }

    public int CompareTo(EndpointId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
