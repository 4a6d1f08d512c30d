using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>The rules that settings of an endpoint follow.</summary>
internal static class ValueRules
{
    public static readonly Bounds<TimeSpan> Positive = new("a duration longer than 0", time => time > TimeSpan.Zero);
    public static readonly Bounds<TimeSpan> StaleTime = new( // a key is asked for, answered and has data meanwhile
        "a duration, at least 1s", time => time >= TimeSpan.FromSeconds(1));
    public static readonly Bounds<TimeSpan> ZeroOrMore = new("a duration, at least 0", time => time >= TimeSpan.Zero);
    public static readonly Bounds<Rate> PositiveRate = new("a rate above 0", rate => rate.Count > 0 && rate.Per > TimeSpan.Zero);
    public static readonly Bounds<int> Count = new("a whole number, at least 1", number => number >= 1);
    public static readonly Bounds<int> Batch = new(
        "a whole number, at least 1, and below that of all keys", number => number is >= 1 and < SubscriptionSettings.WholeBatch);
    public static readonly Bounds<int> NoneOrCount = new("a whole number, at least 0", number => number >= 0);
    public static readonly Bounds<double> Growth = new("a number, at least 1", number => number is >= 1 and <= 1000);
    public static readonly ByteCount Bytes = new();

    /// <summary>RFC 6455 section 7.4.1: 1004 to 1006 and 1015 must not be sent.</summary>
    public static readonly Bounds<int> SendableCloseCode = new(
        "a close code that may be sent: 1000-1003, 1007-1014 or 3000-4999 (RFC 6455 section 7.4)",
        code => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999));

    public static readonly UrlRule AnyWebSocketUrl = new();
    public static readonly TextRule HostPattern = new("a host such as \"*.example.com\"", PeersUrl.Reject);
    public static readonly TextRule Subprotocol = new("a subprotocol such as \"mqtt\"", RejectSubprotocol);

    /// <summary>Text whose placeholders nothing fills.</summary>
    public static readonly TextRule FixedEnding = new(
        "the text behind every text message that is sent",
        text => Template.MayBe(text) ? "end-with is the same text each time; it has no placeholders" : null);

    public static readonly TextRule CapturedName = new(
        "the name of a captured value such as session.id",
        name => Template.MayBe(name) ? "a name stands here as it is, without @{ and }" : RejectCaptured(name));

    /// <summary>The most characters of a key. Escaped in the path of a request it has room there, unless most are beyond ASCII.</summary>
    public const int LongestKey = 1024;

    /// <summary>
    /// Nothing fills the placeholders of a key, so they would go out as text. A message of a program may have no key at all.
    /// </summary>
    public static readonly TextRule SubscribedKey = new(
        "a key that @{each} stands for",
        key => string.IsNullOrEmpty(key) ? "a key of a subscription is not empty"
            : key.Length > LongestKey ? $"a key of a subscription has at most {LongestKey} characters"
            : Template.MayBe(key) ? "a key is the same text each time; it has no placeholders, and @{each} stands for it in send"
            : null);

    public static readonly SubscriptionsRule NamedSubscriptions = new();

    public static readonly NamedValues ValuesOfAttempt = new(TemplatePlace.Attempt);
    public static readonly NamedValues ValuesOfMessage = new(TemplatePlace.Message);

    public static readonly StepsRule StepsBeforeDial = new(isBeforeDial: true);
    public static readonly StepsRule StepsOfOpening = new(isBeforeDial: false);

    /// <summary>None, for which a file says a word, or a value of the rule.</summary>
    public static OrNone<TValue> Or<TValue>(this ValueRule<TValue> rule, string word)
        where TValue : struct => new(rule, word);

    /// <summary>Null, or a text with characters.</summary>
    /// <param name="expected">The texts, as text to follow "expected".</param>
    public static OrNoText TextOrNone(string expected) => new(new TextRule(expected));

    /// <summary>A list whose elements follow the rule.</summary>
    public static EachOf<TValue> Each<TValue>(ValueRule<TValue> rule) => new(rule);

    /// <summary>Why no value is captured under a name.</summary>
    public static string? RejectCaptured(string name) => name.Contains('.') && !TemplateName.IsOfSession(name)
        ? $"a name has no dot, unless it begins with {TemplateName.SessionPrefix}"
        : TemplateName.RejectCaptured(name);

    private static string? RejectSubprotocol(string text)
    {
        if (TemplatePlaces.Reject(text, TemplatePlace.Handshake) is { } fault)
            return fault;
        var template = Template.Parse(text);
        return (template.Literals.Length == 0 && template.HasPlaceholders) || HttpToken.Is(template.Literals)
            ? null
            : "a subprotocol has only letters, digits and !#$%&'*+-.^_`|~ (RFC 6455 section 4.1)";
    }
}
