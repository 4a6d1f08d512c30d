using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// Recognises a message, such as the answer to a heartbeat, by what it holds: a text or JSON in a binary message counts like one in a text
/// message. Matching never throws: a message that cannot be parsed does not match. Texts may have placeholders of names and secrets
/// (<see cref="Template"/>), which are filled before a pattern is compared. Immutable, compared by content.
/// </summary>
public abstract partial record MessagePattern
{
    private MessagePattern()
    {
    }

    /// <summary>Whether it matches. Never while it has placeholders that are not filled.</summary>
    public abstract bool Matches(ReadOnlySpan<byte> payload);

    /// <summary>Whether it matches the answer to an HTTP request, by its status and its body.</summary>
    internal virtual bool MatchesAnswer(int status, ReadOnlySpan<byte> body) => Matches(body);

    /// <summary>Whether it looks at the status of an HTTP answer.</summary>
    internal virtual bool LooksAtStatus => false;

    /// <summary>The texts in it that have placeholders.</summary>
    internal virtual IEnumerable<Template> Templates => [];

    /// <summary>The names of the groups in its regular expressions.</summary>
    internal virtual IEnumerable<string> Groups => [];

    /// <summary>Whether anything has to be filled before it can match.</summary>
    internal bool HasPlaceholders => Templates.Any();

    /// <summary>Whether it has to be filled with the key of a subscription, by itself or through a name.</summary>
    /// <param name="let">The values of these names.</param>
    internal bool AsksForEach(ValueMap<ValueTemplate> let) => AskForEach(Templates, let);

    /// <inheritdoc cref="AsksForEach"/>
    internal static bool AskForEach(IEnumerable<Template> templates, ValueMap<ValueTemplate> let) =>
        AskForEach(templates, let, new HashSet<string>(StringComparer.Ordinal));

    /// <summary>The pattern with the values of its placeholders; null when one has none.</summary>
    internal virtual MessagePattern? Fix(TemplateScope scope) => this;

    /// <summary>Where the JSON of a message that it matches begins.</summary>
    internal virtual int JsonAt(ReadOnlySpan<byte> payload) => 0;

    /// <summary>A message that it matches, for pointers.</summary>
    internal HeardMessage Heard(ReadOnlySpan<byte> payload) => new(payload, JsonAt(payload));

    /// <summary>Tells what the groups of its regular expressions have found in a message that it matches.</summary>
    internal virtual void Capture(ReadOnlySpan<byte> payload, Action<string, string> found)
    {
    }

    /// <summary>Tells the JSON pointers that it looks at, and what each leads to in a message that it matches; null for nothing.</summary>
    internal virtual void Look(ReadOnlySpan<byte> payload, Action<string, string?> found)
    {
    }

    /// <summary>The whole text, compared byte by byte.</summary>
    /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
    public sealed record Text(string Value) : MessagePattern
    {
        private readonly Template? _template = Template.MayBe(Value) ? Template.Parse(Value) : null;
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(Value);

        internal override IEnumerable<Template> Templates => _template is null ? [] : [_template];

        public override bool Matches(ReadOnlySpan<byte> payload) => _template is null && payload.SequenceEqual(_bytes);

        internal override MessagePattern? Fix(TemplateScope scope) =>
            _template is null ? this : _template.Fill(scope) is { } text ? new Exactly(Encoding.UTF8.GetBytes(text)) : null;

        public bool Equals(Text? other) => other is not null && Value == other.Value;

        public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>A text for which every condition holds, such as <c>{"prefix":"PING "}</c>.</summary>
    /// <exception cref="FormatException">A condition is malformed.</exception>
    public sealed record TextWhere(string ConditionsJson) : MessagePattern
    {
        private Conditions _conditions = Conditions.Of(JsonElement.Parse(ConditionsJson));

        internal override IEnumerable<Template> Templates => _conditions.Templates;

        internal override IEnumerable<string> Groups => _conditions.Groups;

        public override bool Matches(ReadOnlySpan<byte> payload) => _conditions.HoldText(payload);

        internal override MessagePattern? Fix(TemplateScope scope) =>
            _conditions.Fix(scope) is { } conditions ? this with { _conditions = conditions } : null;

        internal override void Capture(ReadOnlySpan<byte> payload, Action<string, string> found) =>
            _conditions.Capture(Encoding.UTF8.GetString(payload), found);

        public bool Equals(TextWhere? other) => other is not null && ConditionsJson == other.ConditionsJson;

        public override int GetHashCode() => ConditionsJson.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>The whole message as hexadecimal digits, two for each byte; <c>?</c> is any digit.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public sealed record Bytes(string Hex) : MessagePattern
    {
        private readonly Template? _template = Template.MayBe(Hex) ? Template.Parse(Hex) : null;
        private readonly HexPattern? _bytes = Template.MayBe(Hex) ? null : HexPattern.Parse(Hex);

        internal override IEnumerable<Template> Templates => _template is null ? [] : [_template];

        public override bool Matches(ReadOnlySpan<byte> payload) => _bytes?.Matches(payload) ?? false;

        internal override MessagePattern? Fix(TemplateScope scope) =>
            _template is null ? this
            : _template.FillSpelled(scope, value => value.AsBytes() is { } bytes ? Convert.ToHexString(bytes) : null) is { } hex
                && HexPattern.Reject(hex) is null ? new Bytes(hex)
            : null;

        public bool Equals(Bytes? other) => other is not null && Hex == other.Hex;

        public override int GetHashCode() => Hex.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>The answer to an HTTP request with this status (RFC 9110 section 15). It matches no message.</summary>
    public sealed record Status(CodeRange Codes) : MessagePattern
    {
        internal override bool LooksAtStatus => true;

        public override bool Matches(ReadOnlySpan<byte> payload) => false;

        internal override bool MatchesAnswer(int status, ReadOnlySpan<byte> body) => Codes.Contains(status);
    }

    /// <summary>A message that all patterns match.</summary>
    public sealed record All(ValueList<MessagePattern> Patterns) : MessagePattern
    {
        internal override bool LooksAtStatus => Patterns.Any(pattern => pattern.LooksAtStatus);

        internal override bool MatchesAnswer(int status, ReadOnlySpan<byte> body)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (!pattern.MatchesAnswer(status, body))
                    return false;
            }
            return true;
        }

        internal override IEnumerable<Template> Templates => Patterns.SelectMany(pattern => pattern.Templates);

        internal override IEnumerable<string> Groups => Patterns.SelectMany(pattern => pattern.Groups);

        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (!pattern.Matches(payload))
                    return false;
            }
            return true;
        }

        internal override int JsonAt(ReadOnlySpan<byte> payload)
        {
            var at = 0;
            foreach (var pattern in Patterns.AsSpan())
                at = Math.Max(at, pattern.JsonAt(payload));
            return at;
        }

        internal override MessagePattern? Fix(TemplateScope scope)
        {
            var patterns = Patterns.Select(pattern => pattern.Fix(scope)).OfType<MessagePattern>().ToArray();
            return patterns.Length == Patterns.Count ? new All([.. patterns]) : null;
        }

        internal override void Capture(ReadOnlySpan<byte> payload, Action<string, string> found)
        {
            foreach (var pattern in Patterns.AsSpan())
                pattern.Capture(payload, found);
        }

        internal override void Look(ReadOnlySpan<byte> payload, Action<string, string?> found)
        {
            foreach (var pattern in Patterns.AsSpan())
                pattern.Look(payload, found);
        }
    }

    /// <summary>A message that one of the patterns matches. Of those with placeholders one without a value is left out.</summary>
    public sealed record Any(ValueList<MessagePattern> Patterns) : MessagePattern
    {
        internal override bool LooksAtStatus => Patterns.Any(pattern => pattern.LooksAtStatus);

        internal override bool MatchesAnswer(int status, ReadOnlySpan<byte> body)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (pattern.MatchesAnswer(status, body))
                    return true;
            }
            return false;
        }

        internal override IEnumerable<Template> Templates => Patterns.SelectMany(pattern => pattern.Templates);

        internal override IEnumerable<string> Groups => Patterns.SelectMany(pattern => pattern.Groups);

        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (pattern.Matches(payload))
                    return true;
            }
            return false;
        }

        internal override int JsonAt(ReadOnlySpan<byte> payload)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (pattern.Matches(payload))
                    return pattern.JsonAt(payload);
            }
            return 0;
        }

        internal override MessagePattern Fix(TemplateScope scope) =>
            new Any([.. Patterns.Select(pattern => pattern.Fix(scope)).OfType<MessagePattern>()]);

        internal override void Capture(ReadOnlySpan<byte> payload, Action<string, string> found)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (!pattern.Matches(payload))
                    continue;
                pattern.Capture(payload, found);
                return;
            }
        }

        internal override void Look(ReadOnlySpan<byte> payload, Action<string, string?> found)
        {
            foreach (var pattern in Patterns.AsSpan())
            {
                if (!pattern.Matches(payload))
                    continue;
                pattern.Look(payload, found);
                return;
            }
        }
    }

    private static bool AskForEach(IEnumerable<Template> templates, ValueMap<ValueTemplate> let, HashSet<string> seen) =>
        templates.SelectMany(template => template.Names).Any(name =>
            name == TemplateName.Each
            || (seen.Add(name) && let.TryGetValue(name, out var value) && AskForEach(value.Templates, let, seen)));

    /// <summary>A text whose placeholders are filled.</summary>
    private sealed record Exactly(byte[] Filled) : MessagePattern
    {
        public override bool Matches(ReadOnlySpan<byte> payload) => payload.SequenceEqual(Filled);
    }
}
