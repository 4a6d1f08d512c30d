using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Decoding;

/// <summary>Finds the messages in a payload, without allocating unless a JSON array is malformed.</summary>
internal static class MessageSplitter
{
    /// <summary>The messages in a payload, as parts of it. Nothing is checked but the JSON of an array.</summary>
    public static MessageParts Split(ReadOnlyMemory<byte> payload, MessageSplit split) => new(payload, split);
}

/// <summary>The messages in a payload, in order. To be enumerated by <c>foreach</c>, which may await between them.</summary>
/// <remarks>
/// A JSON array is read once before its elements are, so that one that is malformed behind its first elements is one message as a whole.
/// One that is nested deeper than 64 counts as malformed.
/// </remarks>
internal struct MessageParts
{
    private readonly MessageSplit _split;
    private readonly MessageSplitKind _kind;
    private ReadOnlyMemory<byte> _rest;
    private JsonReaderState _json;
    private bool _isDone;

    public MessageParts(ReadOnlyMemory<byte> payload, MessageSplit split)
    {
        _split = split;
        _rest = payload;
        _kind = split.Kind;
        if (_kind == MessageSplitKind.Array && !TryEnterArray())
        {
            _kind = MessageSplitKind.Off;
            _isDone = payload.IsEmpty;
        }
    }

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    public readonly MessageParts GetEnumerator() => this;

    public bool MoveNext()
    {
        do
        {
            if (_isDone)
                return false;
            Current = _kind switch
            {
                MessageSplitKind.Lines => NextLine(),
                MessageSplitKind.Text => NextText(_split.Ending),
                MessageSplitKind.Array => NextElement(),
                _ => Rest(),
            };
        }
        while (Current.IsEmpty && _kind != MessageSplitKind.Off);
        return true;
    }

    private ReadOnlyMemory<byte> NextLine()
    {
        var line = NextText("\n"u8);
        var hasEnd = !_isDone;
        return hasEnd && line.Span is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private ReadOnlyMemory<byte> NextText(ReadOnlySpan<byte> ending)
    {
        var length = _rest.Span.IndexOf(ending);
        if (length < 0)
            return Rest();
        var part = _rest[..length];
        _rest = _rest[(length + ending.Length)..];
        return part;
    }

    /// <summary>The next element as it stands; empty at the end of the array.</summary>
    private ReadOnlyMemory<byte> NextElement()
    {
        var reader = new Utf8JsonReader(_rest.Span, isFinalBlock: true, _json);
        reader.Read();
        _isDone = reader.TokenType == JsonTokenType.EndArray;
        if (_isDone)
            return default;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var end = (int)reader.BytesConsumed;
        var element = _rest[start..end];
        _rest = _rest[end..];
        _json = reader.CurrentState;
        return element;
    }

    private ReadOnlyMemory<byte> Rest()
    {
        _isDone = true;
        return _rest;
    }

    /// <summary>Moves behind the bracket; false when the payload is no array.</summary>
    private bool TryEnterArray()
    {
        if (_rest.Span.TrimStart(" \t\r\n"u8) is not [(byte)'[', ..])
            return false;
        try
        {
            var reader = new Utf8JsonReader(_rest.Span, isFinalBlock: true, state: default);
            reader.Read();
            var (behindBracket, state) = ((int)reader.BytesConsumed, reader.CurrentState);
            while (reader.Read())
                continue;
            (_rest, _json) = (_rest[behindBracket..], state);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
