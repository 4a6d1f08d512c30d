using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Policies;

/// <summary>
/// The rules for the messages of an endpoint: those of <c>on-message</c>, then the short form <c>heartbeat.reply</c>. A match with
/// placeholders is filled again when the names have changed. Used by one pump at a time.
/// </summary>
internal sealed class InboundRules
{
    private static readonly InboundRules None = new(rules: []);

    private readonly MessageRule[] _rules;
    private readonly MessagePattern?[] _matches; // null for one that lacks a value
    private readonly SharedWalk _walk;
    private readonly bool[] _keep;
    private readonly bool _hasPlaceholders;
    private int _own;
    private int _filledAt = -1;

    private InboundRules(MessageRule[] rules)
    {
        _rules = rules;
        _matches = Array.ConvertAll(_rules, rule => (MessagePattern?)rule.Match);
        _walk = new SharedWalk([.. _rules.Select(rule => rule.Match)]);
        _keep = Array.ConvertAll(_rules, rule => rule.Forget.Count + rule.Capture.Count > 0 || rule.Match.Groups.Any());
        UseSequence = Array.Exists(
            _rules, rule => rule.Match.Templates.Any(template => template.Names.Contains(TemplateName.Sequence)));
        _hasPlaceholders = Array.Exists(_rules, rule => rule.Match.HasPlaceholders);
    }

    /// <summary>The rules of an endpoint. All endpoints without any share theirs.</summary>
    public static InboundRules Of(EndpointSettings settings) => (settings.OnMessage, settings.Heartbeat.Reply) switch
    {
        ({ Count: 0 }, null) => None,
        (var own, null) => new InboundRules([.. own]) { _own = own.Count },
        (var own, var reply) => new InboundRules(
            [
                .. own,
                new MessageRule { Match = reply.Match, Is = MessageRole.Beat, Reply = reply.Send, Deliver = settings.Heartbeat.Deliver },
            ])
        {
            _own = own.Count,
        },
    };

    /// <summary>Whether a match asks for the peer's number, which changes with every message.</summary>
    public bool UseSequence { get; }

    /// <summary>Fills the placeholders of the matches.</summary>
    /// <param name="version">Tells whether the names have changed since the last time.</param>
    /// <param name="scope">Makes what the placeholders look at.</param>
    public void Fill(int version, Func<TemplateScope> scope)
    {
        if (!_hasPlaceholders || version == _filledAt)
            return;
        for (var index = 0; index < _rules.Length; index++)
        {
            if (_rules[index].Match.HasPlaceholders)
                _matches[index] = _rules[index].Match.Fix(scope());
        }
        _filledAt = version;
    }

    /// <summary>Where a rule stands in the configuration, by its place from 1.</summary>
    public string PlaceOf(int number) => number > _own ? "heartbeat.reply" : $"on-message, rule {number}";

    /// <summary>Whether a rule forgets or captures something, by its place from 1.</summary>
    public bool Keeps(int number) => _keep[number - 1];

    /// <summary>Finds the first rule that matches.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="number">Its place, from 1.</param>
    /// <param name="match">Its match, filled.</param>
    /// <returns>Null when none matches.</returns>
    public MessageRule? Find(ReadOnlySpan<byte> payload, out int number, out MessagePattern? match)
    {
        if (_rules.Length > 0)
            _walk.Begin(); // the endpoints without rules share one that nobody writes to
        for (var index = 0; index < _rules.Length; index++)
        {
            match = _matches[index];
            if (match is null || !_walk.Matches(index, match, payload))
                continue;
            number = index + 1;
            return _rules[index];
        }
        (number, match) = (0, null);
        return null;
    }
}
