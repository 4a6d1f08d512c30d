using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// Recognises a message, such as the answer to a heartbeat, by what it holds: a text or JSON in a binary message counts like one in a text
/// message. Matching never throws: a message that cannot be parsed does not match. Immutable, compared by content.
/// </summary>
public abstract record MessagePattern
{
    private MessagePattern()
    {
    }

    public abstract bool Matches(ReadOnlySpan<byte> payload);

    /// <summary>The whole text, compared byte by byte.</summary>
    public sealed record Text(string Value) : MessagePattern
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(Value);

        public override bool Matches(ReadOnlySpan<byte> payload) => payload.SequenceEqual(_bytes);

        public bool Equals(Text? other) => other is not null && Value == other.Value;

        public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>A text for which every condition holds, such as <c>{"prefix":"PING "}</c>.</summary>
    /// <exception cref="FormatException">A condition is malformed.</exception>
    public sealed record TextWhere(string ConditionsJson) : MessagePattern
    {
        private readonly ValueTest[] _tests =
            [.. JsonElement.Parse(ConditionsJson).EnumerateObject().Select(member => ValueTest.Parse(member.Name, member.Value))];

        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            foreach (var test in _tests)
            {
                if (!test.HoldsText(payload))
                    return false;
            }
            return true;
        }

        public bool Equals(TextWhere? other) => other is not null && ConditionsJson == other.ConditionsJson;

        public override int GetHashCode() => ConditionsJson.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>The whole message as hexadecimal digits, two for each byte; <c>?</c> is any digit.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public sealed record Bytes(string Hex) : MessagePattern
    {
        private readonly HexPattern _bytes = HexPattern.Parse(Hex);

        public override bool Matches(ReadOnlySpan<byte> payload) => _bytes.Matches(payload);

        public bool Equals(Bytes? other) => other is not null && Hex == other.Hex;

        public override int GetHashCode() => Hex.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>A JSON text in which every pointer (RFC 6901) leads to the value beside it.</summary>
    public sealed record Json(ValueList<JsonExpectation> Expectations) : MessagePattern
    {
        private readonly byte[] _after = [];

        /// <summary>The text before the JSON, as in <c>42["open"]</c>. Default none.</summary>
        public string After
        {
            get => Encoding.UTF8.GetString(_after);
            init => _after = Encoding.UTF8.GetBytes(value);
        }

        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            if (!payload.StartsWith(_after) || !CouldMatch(payload[_after.Length..]))
                return false;
            try
            {
                var reader = new Utf8JsonReader(payload[_after.Length..]);
                using var document = JsonDocument.ParseValue(ref reader);
                foreach (var expectation in Expectations.AsSpan())
                {
                    if (!expectation.Matches(document.RootElement))
                        return false;
                }
                return true;
            }
            // Half a surrogate pair and an endless exponent are JSON that the framework cannot read.
            catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
            {
                return false;
            }
        }

        public bool Equals(Json? other) =>
            other is not null && Expectations.Equals(other.Expectations) && _after.AsSpan().SequenceEqual(other._after);

        public override int GetHashCode() => HashCode.Combine(Expectations, _after.Length);

        // The last name of a pointer and the text behind it rule out most data without parsing. An escape
        // could spell them differently, so a message with a backslash is always parsed.
        private bool CouldMatch(ReadOnlySpan<byte> payload)
        {
            foreach (var expectation in Expectations.AsSpan())
            {
                if (payload.IndexOf(expectation.Text) < 0 || payload.IndexOf(expectation.LastName) < 0)
                    return payload.Contains((byte)'\\');
            }
            return true;
        }
    }

    /// <summary>A message that all patterns match.</summary>
    public sealed record All(ValueList<MessagePattern> Patterns) : MessagePattern
    {
        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (!pattern.Matches(payload))
                    return false;
            }
            return true;
        }
    }

    /// <summary>A message that one of the patterns matches.</summary>
    public sealed record Any(ValueList<MessagePattern> Patterns) : MessagePattern
    {
        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (pattern.Matches(payload))
                    return true;
            }
            return false;
        }
    }
}
