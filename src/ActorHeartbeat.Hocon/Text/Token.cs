namespace ActorHeartbeat.Hocon.Text;

internal enum TokenKind : byte
{
    End,
    Newline,
    Whitespace,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Colon,
    Equals,
    PlusEquals,
    Quoted,
    Unquoted,
    Number,
    True,
    False,
    Null,

    /// <summary>Text is the path between the braces.</summary>
    Substitution,
    OptionalSubstitution,

    /// <summary>Malformed text whose error is already reported.</summary>
    Broken,
}

/// <param name="Kind">What it is.</param>
/// <param name="Start">Offset in the source.</param>
/// <param name="Length">Length in the source.</param>
/// <param name="Source">The text that contains the token.</param>
/// <param name="Value">The content where it differs from the written text: the inside of a string, the path of a substitution.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, string Source, string? Value = null)
{
    public int End => Start + Length;

    public ReadOnlySpan<char> Span => Value ?? Source.AsSpan(Start, Length);

    /// <summary>Copied on each call: the text of punctuation and blanks is rarely needed.</summary>
    public string Text => Value ?? Source.Substring(Start, Length);

    public bool IsSimple =>
        Kind is TokenKind.Quoted or TokenKind.Unquoted or TokenKind.Number or TokenKind.True or TokenKind.False or TokenKind.Null;
}
