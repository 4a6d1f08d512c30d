using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// What is wrong with single words of a conversation, whether they stand in code or in a file: in one line, null when nothing is. Pure.
/// </summary>
internal static class Words
{
    /// <summary>What a retry-after may be told by.</summary>
    public const string AfterExpected = "a time with its unit, such as \"@{/retry_after ?? 60}s\"";

    public const string CaptureExpected = "a JSON pointer such as \"/id\", a list of them, or a text with placeholders";

    // RFC 9110 section 5.5 without obs-text, which is never intended.
    private static readonly SearchValues<char> HeaderCharacters =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code), '\t']);

    private static readonly HashSet<string> HandshakeOwn = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Upgrade", "Content-Length", "Transfer-Encoding",
        "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol",
    };

    /// <summary>A name that is given to a captured value.</summary>
    public static string? RejectCaptured(string name) => ValueRules.RejectCaptured(name);

    /// <summary>A name that is forgotten.</summary>
    public static string? RejectForgotten(string name) =>
        name is TemplateName.Session or TemplateName.Sequence ? null : RejectCaptured(name);

    /// <summary>A name that a step asks for.</summary>
    public static string? RejectAsked(string name) => name == TemplateName.Sequence ? null : RejectCaptured(name);

    /// <summary>A JSON pointer that gives a value.</summary>
    public static string? RejectGiving(string pointer) =>
        JsonExpectation.RejectPointer(pointer) is not null ? "a JSON pointer has a '~' that is not ~0 or ~1 (RFC 6901)"
        : pointer.AsSpan().IndexOfAny(" \t,)}?") >= 0
            ? "a JSON pointer that gives a value has no blank, comma, question mark or closing bracket"
        : null;

    /// <summary>The name of a codec in code, where a coding is a value of its own.</summary>
    public static string? RejectCodec(string name) =>
        Enum.GetValues<FrameCoding>().Where(coding => Combinations.Kebab(coding) == name).Select(coding => $"{coding}").FirstOrDefault()
            is { } coding ? $"{name} is no codec; it is the coding {nameof(FrameCoding)}.{coding}"
        : RejectHostName("codec", name);

    /// <summary>The name of something that a host adds.</summary>
    public static string? RejectHostName(string kind, string name) =>
        HostFunctions.RejectName(name) is { } reason ? $"\"{name}\" is no name of a {kind}: {reason}" : null;

    /// <summary>The value that a message sets under a key.</summary>
    public static string? RejectSet(string key, string text)
    {
        if (TemplatePlaces.Reject(text, TemplatePlace.Taken) is { } fault)
            return fault;
        var template = Template.Parse(text);
        return template.References.Count > 0 ? "the peer tells the time: a secret does not"
            : template.HasPlaceholders ? null
            : DictatedSettings.Reject(key, template.Literals);
    }

    /// <summary>Where a refusal says why, as a template.</summary>
    public static string? RejectReason(Template reason) =>
        reason is { References.Count: 0, NeedsConnection: false } && reason.OfMessage.Count + reason.Names.Count > 0
            ? null
            : "the peer says why: a reason takes something of its message, and no secret or counter";

    /// <summary>The pause that a message tells.</summary>
    public static string? RejectAfter(Template after) =>
        after.References.Count > 0 || after.NeedsConnection ? "the peer tells the time: a secret or a counter does not"
        : after.HasPlaceholders ? after.Literals.Length > 0 ? null : $"the unit is missing: {AfterExpected}"
        : RuleOutcome.Time(after.Literals) is null ? $"found ***; expected {AfterExpected}"
        : null;

    /// <summary>The place to which a message sends the next connection.</summary>
    public static string? RejectTo(Template to) => to is { References.Count: 0, OfMessage.Count: > 0 }
        ? null
        : "the peer says where: to takes something of its message, and no secret";

    /// <summary>The hexadecimal digits of a pattern.</summary>
    public static string? RejectBytes(string hex)
    {
        if (!Template.MayBe(hex))
            return HexPattern.Reject(hex);
        var template = Template.Parse(hex);
        return template.Literals.Length == 0 || template.IsHexBut('?')
            ? null
            : "bytes are an even number of hexadecimal digits or ?, and placeholders between them";
    }

    /// <summary>Why a word of a pattern cannot take an operand. A text that is to be filled is judged without its values.</summary>
    public static string? RejectOperand(string word, JsonElement operand)
    {
        if (operand.ValueKind != JsonValueKind.String)
            return ValueTest.Reject(word, operand);
        var text = Template.Parse(operand.GetString()!);
        var literals = JsonSerializer.SerializeToElement(text.Literals);
        if (word != ValueTest.RegexWord)
            return text.HasPlaceholders ? null : ValueTest.Reject(word, literals);
        return ValueTest.Reject(word, literals)
            ?? (ValueTest.Parse(word, literals).Groups.Select(TemplateName.Reject).OfType<string>().FirstOrDefault() is { } reason
                ? $"a group of the regular expression has a wrong name: {reason}"
                : null);
    }

    public static string? RejectMethod(string method) =>
        HttpToken.Is(method) ? null : "a method has only letters, digits and !#$%&'*+-.^_`|~ (RFC 9110 section 9.1)";

    /// <summary>The URL of a request, whose scheme and host are written out.</summary>
    public static string? RejectHttpUrl(string text)
    {
        if (TemplatePlaces.Reject(text, TemplatePlace.Message) is { } fault)
            return fault;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.Scheme is not ("http" or "https"))
            return Template.MayBe(text)
                ? "a placeholder stands in the path or the query of a URL; its scheme, http or https, and its host are written out"
                : "expected a URL such as \"https://host/path\"";
        if (url.UserInfo.Length > 0)
            return "a user or password in a URL shows in logs; use headers.Authorization";
        return url.Fragment.Length == 0 && !text.EndsWith('#') ? null : "a URL that is asked for has no fragment";
    }

    public static string? RejectHeaderName(string name)
    {
        if (!HttpToken.Is(name))
            return $"\"{name}\" is no header name: only letters, digits and !#$%&'*+-.^_`|~ are allowed (RFC 9110 section 5.6.2)";
        if (!HandshakeOwn.Contains(name))
            return null;
        var instead = name.Equals("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase) ? "; use subprotocols" : "";
        return $"{name} belongs to the handshake itself (RFC 6455 section 4.1){instead}";
    }

    /// <summary>The text of a header, with or without placeholders.</summary>
    public static string? RejectHeader(string text) => CanBeInHeader(text)
        ? TemplatePlaces.Reject(text, TemplatePlace.Handshake)
        : "a header value has printable ASCII characters only; a control character could end the header (RFC 9110 section 5.5)";

    /// <summary>Whether a header can carry all characters of a text.</summary>
    public static bool CanBeInHeader(string text) => text.AsSpan().IndexOfAnyExcept(HeaderCharacters) < 0;

    /// <summary>A time in its largest whole unit: <c>90s</c>, <c>2m</c>.</summary>
    public static string Spell(TimeSpan time)
    {
        ReadOnlySpan<(long Ticks, string Unit)> units =
        [
            (TimeSpan.TicksPerDay, "d"),
            (TimeSpan.TicksPerHour, "h"),
            (TimeSpan.TicksPerMinute, "m"),
            (TimeSpan.TicksPerSecond, "s"),
            (TimeSpan.TicksPerMillisecond, "ms"),
            (TimeSpan.TicksPerMicrosecond, "us"),
        ];
        if (time == TimeSpan.Zero)
            return "0s";
        foreach (var (ticks, unit) in units)
        {
            if (time.Ticks % ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / ticks}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks * 100}ns");
    }
}
