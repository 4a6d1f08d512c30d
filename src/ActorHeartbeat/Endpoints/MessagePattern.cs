using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// Recognises a message, such as the answer to a heartbeat. Matching never throws: a message that cannot be parsed does not match.
/// </summary>
public abstract record MessagePattern
{
    private MessagePattern()
    {
    }

    public abstract bool Matches(MessageKind kind, ReadOnlySpan<byte> payload);

    /// <summary>The whole text, compared byte by byte.</summary>
    public sealed record Text(string Value) : MessagePattern
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(Value);

        public override bool Matches(MessageKind kind, ReadOnlySpan<byte> payload) =>
            kind == MessageKind.Text && payload.SequenceEqual(_bytes);

        public bool Equals(Text? other) => other is not null && Value == other.Value;

        public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>A JSON text in which every pointer (RFC 6901) leads to the value beside it.</summary>
    public sealed record Json(ValueList<JsonExpectation> Expectations) : MessagePattern
    {
        public override bool Matches(MessageKind kind, ReadOnlySpan<byte> payload)
        {
            if (kind != MessageKind.Text || !CouldMatch(payload))
                return false;
            try
            {
                var reader = new Utf8JsonReader(payload);
                using var document = JsonDocument.ParseValue(ref reader);
                foreach (var expectation in Expectations.AsSpan())
                {
                    if (!expectation.Matches(document.RootElement))
                        return false;
                }
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        // The last name of a pointer rules out most data without parsing. An escape could
        // spell the name differently, so a message with a backslash is always parsed.
        private bool CouldMatch(ReadOnlySpan<byte> payload)
        {
            foreach (var expectation in Expectations.AsSpan())
            {
                if (payload.IndexOf(expectation.LastName) < 0)
                    return payload.Contains((byte)'\\');
            }
            return true;
        }
    }
}
