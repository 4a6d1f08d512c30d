using System.Collections.Immutable;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <summary>
/// What one connection knows for what it says and hears. Its actor fills what goes out, so the numbers of counters are in the order of the
/// wire. Its pump keeps what comes in: captured values are in the order of the messages.
/// </summary>
/// <param name="clock">The scheduler's clock.</param>
/// <param name="settings">The settings for the dial.</param>
/// <param name="incarnation">Which connection of the endpoint.</param>
/// <param name="attempt">Failures in a row, plus one.</param>
/// <param name="random">For UUIDs.</param>
/// <param name="before">What the endpoint knows from before.</param>
/// <param name="extensions">What the host adds to the language.</param>
internal sealed class Conversation(
    SchedulerClock clock, EndpointSettings settings, long incarnation, int attempt, SplitMix random, Session before,
    ConversationExtensions extensions)
{
    /// <summary>The most bytes of a captured value.</summary>
    public const int MostCaptured = 8 * 1024;

    /// <summary>The most texts made from secrets that are remembered: a peer repeats what came last, if anything.</summary>
    private const int MostMade = 64;

    private HashSet<string>? _told;
    private readonly ConnectionNames _names = new(before);
    private ImmutableDictionary<string, long> _counters = ImmutableDictionary<string, long>.Empty; // the actor's, after the preparation
    private SplitMix _random = random;
    private ImmutableArray<string> _made = [];
    private volatile bool _isOpened;
    private volatile DialRequest _request = new(settings, settings.Url, []); // until the secrets are read
    private ITemplateNames _lets = null!; // comes with the request

    /// <summary>Knows whether somebody listens; null where nobody can.</summary>
    public EndpointPlane? Plane { get; init; }

    /// <summary>What is dialed, with its secrets; written at once, and again before the dial.</summary>
    public DialRequest Request
    {
        get => _request;
        set => (_request, _lets) = (value, value.Lets ?? LetBlock.Over(_names, settings.Let));
    }

    /// <summary>What the host adds to the language.</summary>
    public ConversationExtensions Extensions => extensions;

    /// <summary>Gives the secrets that keys of subscriptions have captured; null where they capture none.</summary>
    public Func<IEnumerable<string>>? KeySecrets { get; set; }

    /// <summary>Hears that the session is forgotten.</summary>
    public Action? SessionForgotten { get; set; }

    /// <summary>The captured values.</summary>
    public ConnectionNames Names => _names;

    /// <summary>The names as they are now, for what is said about a message after others have come.</summary>
    public ITemplateNames NamesAtHand => _names.AtHand(_lets);

    /// <summary>What the next connection begins with. A value in which a secret of this one stands is a secret from here on.</summary>
    public Session Session => new(
        _names.OfSession.SetItems(_names.OfSession.Where(value => HoldsSecret(value.Value)).Select(Secret)),
        _names.Highest,
        _isOpened ? Volatile.Read(ref _counters) : before.Counters)
    {
        Keys = before.Keys,
    };

    /// <summary>
    /// A text of the peer without the secrets of the attempt, the captured ones, and what was made from them, such as signatures.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="secrets">The names whose values are secrets now.</param>
    public string Hide(string text, ValueList<string> secrets) => PeerText.Hide(
        PeerText.Hide(_request.Hide(text), _made),
        [.. _names.SecretTexts(secrets).Concat(KeySecrets?.Invoke() ?? []).SelectMany(SecretSpelling.Of)]);

    /// <summary>From here on its counters are those that a session goes on with.</summary>
    /// <param name="resumed">Whether the peer goes on where it was: so do the counters.</param>
    public void Opened(bool resumed)
    {
        foreach (var (name, number) in resumed ? before.Counters : ImmutableDictionary<string, long>.Empty)
            _counters = _counters.SetItem(name, Math.Max(number, _counters.GetValueOrDefault(name)));
        _isOpened = true;
    }

    /// <summary>Whether a step is gone through, by the names that have a value now.</summary>
    public bool Applies(DialogueStep step) =>
        (step.When is not { } when || _names.Find(when) is not null) && (step.Unless is not { } unless || _names.Find(unless) is null);

    /// <summary>The names of a block, and around it those of the endpoint and the captured ones.</summary>
    /// <param name="let">The values of the block.</param>
    /// <param name="between">Puts others between these; null for none.</param>
    public LetBlock Begin(ValueMap<ValueTemplate> let, Func<ITemplateNames, ITemplateNames>? between = null) =>
        new(let, between is null ? _lets : between(_lets));

    /// <summary>Fills a message.</summary>
    /// <param name="template">The message.</param>
    /// <param name="names">The names of its block; null where it has none of its own.</param>
    /// <param name="answered">What the message takes from the one that it answers; null when it answers none.</param>
    /// <param name="lacking">The placeholder without a value, when the result is null.</param>
    public OutboundMessage? Fill(MessageTemplate template, ITemplateNames? names, MessageAtHand? answered, out string? lacking) =>
        Fill(template, Scope(names, answered, [], speaks: true, records: Plane is { IsHeard: true }), out lacking);

    /// <summary>Fills a message about keys of a subscription, and the values of its block.</summary>
    /// <inheritdoc cref="Fill(MessageTemplate, ITemplateNames?, MessageAtHand?, out string?)"/>
    public OutboundMessage? Fill(MessageTemplate template, LetBlock names, IReadOnlyList<string> keys, out string? lacking)
    {
        var scope = Scope(names, null, keys, speaks: true);
        names.Fill(scope);
        Remember(scope.Made);
        return Fill(template, Scope(names, null, keys, speaks: true, records: Plane is { IsHeard: true }), out lacking);
    }

    private OutboundMessage? Fill(MessageTemplate template, TemplateScope scope, out string? lacking)
    {
        lacking = null;
        if (template.Literal is { } literal)
            return literal;
        return Fill(scope, template.Fill, out lacking) is { } message
            ? scope.Records ? new OutboundMessage(message.Kind, message.Payload) { Shown = template.Show(scope) } : message
            : null;
    }

    /// <summary>Fills a text.</summary>
    /// <inheritdoc cref="Fill(MessageTemplate, LetBlock, IReadOnlyList{string}, out string?)"/>
    public string? Fill(Template template, ITemplateNames names, IReadOnlyList<string> keys, out string? lacking) =>
        Fill(Scope(names, null, keys, speaks: true), scope => template.Fill(scope), out lacking);

    /// <summary>Fills the values of a block, and the pattern of an answer to what it says.</summary>
    /// <returns>A pattern that matches nothing where a value is lacking.</returns>
    public MessagePattern? Await(MessagePattern? pattern, LetBlock names)
    {
        var scope = Says(names, null);
        names.Fill(scope);
        var filled = Fix(pattern, scope);
        Remember(scope.Made);
        return filled;
    }

    /// <summary>Fills a pattern on the pump, where nothing can be counted.</summary>
    /// <returns>As <see cref="Await"/>.</returns>
    public MessagePattern? AwaitNext(MessagePattern? pattern, LetBlock names) => Fix(pattern, Hears(names, null));

    /// <summary>What templates look at on the pump.</summary>
    /// <param name="names">The names of a block; null where it has none of its own.</param>
    /// <param name="message">The message at hand; null for none.</param>
    /// <param name="keys">The keys of a subscription that it is about; null for none.</param>
    public TemplateScope Hears(ITemplateNames? names, MessageAtHand? message, IReadOnlyList<string>? keys = null) =>
        Scope(names, message, keys ?? [], speaks: false);

    /// <summary>Whether a value is small enough to be kept.</summary>
    public static bool IsKeepable(TemplateValue value) => (value.AsText()?.Length ?? value.AsBytes()!.Length) <= MostCaptured;

    /// <summary>Whether something is told for the first time of this connection: the peer must not fill our log.</summary>
    public bool IsFirst(string what) => (_told ??= new(StringComparer.Ordinal)).Add(what);

    /// <summary>Keeps values of a message. A name that finds none stays as it is.</summary>
    /// <param name="capture">The values by name.</param>
    /// <param name="message">The message.</param>
    /// <param name="names">The names of the block.</param>
    /// <param name="secrets">The names whose values are secrets.</param>
    /// <param name="tooBig">Receives a name whose value is too large.</param>
    /// <param name="areSecret">Whether every value is a secret.</param>
    public void Capture(
        ValueMap<ValueTemplate> capture,
        HeardMessage message,
        ITemplateNames? names,
        ValueList<string> secrets,
        Action<string> tooBig,
        bool areSecret = false)
    {
        foreach (var (name, value) in capture)
        {
            var at = MessageAtHand.Read(message, [.. value.OfMessage]);
            if (value.Fill(Hears(names, at)) is { IsNothing: false } found)
                Keep(name, found with { IsSecret = found.IsSecret || areSecret }, secrets, tooBig);
        }
    }

    /// <inheritdoc cref="ConnectionNames.Forget"/>
    public bool Forget(IEnumerable<string> names)
    {
        if (!_names.Forget(names))
            return false;
        SessionForgotten?.Invoke();
        return true;
    }

    /// <summary>What a message sets, as text by key; null in place of a text that has no value.</summary>
    public ValueMap<string?> Dictated(ValueMap<ValueTemplate> set, ITemplateNames? names, HeardMessage message)
    {
        if (set.Count == 0)
            return ValueMap<string?>.Empty;
        var at = MessageAtHand.Read(message, [.. set.Values.SelectMany(value => value.OfMessage)]);
        return new(set.Select(each => KeyValuePair.Create(each.Key, each.Value.Fill(Hears(names, at))?.AsText())));
    }

    /// <summary>Keeps one value.</summary>
    public void Keep(string name, TemplateValue value, ValueList<string> secrets, Action<string> tooBig)
    {
        var text = value.AsText();
        if (!IsKeepable(value))
        {
            tooBig(name);
            return;
        }
        if (secrets.Contains(name, StringComparer.Ordinal))
            value = value with { IsSecret = true };
        if (value.IsSecret && text is { Length: > 0 })
            Remember([text]); // also once another value has taken its place
        _names.Capture(name, value);
    }

    private bool HoldsSecret(TemplateValue value) => !value.IsSecret && value.AsText() is { } text && Hide(text, []) != text;

    private static KeyValuePair<string, TemplateValue> Secret(KeyValuePair<string, TemplateValue> value) =>
        KeyValuePair.Create(value.Key, value.Value with { IsSecret = true });

    private TemplateScope Says(ITemplateNames? names, MessageAtHand? message) => Scope(names, message, [], speaks: true);

    /// <param name="names">The names of a block; null where it has none of its own.</param>
    /// <param name="message">The message at hand; null for none.</param>
    /// <param name="keys">The keys of a subscription that it is about.</param>
    /// <param name="speaks">Whether counters and UUIDs have values: only in what is said.</param>
    /// <param name="records">Whether what is filled is to be shown.</param>
    private TemplateScope Scope(
        ITemplateNames? names, MessageAtHand? message, IReadOnlyList<string> keys, bool speaks, bool records = false) => new()
        {
            Keys = keys,
            Records = records,
            Secrets = _request.Secrets,
            Message = message,
            Now = clock.UtcNow,
            Names = names ?? _lets,
            Functions = extensions.Functions,
            Count = speaks ? Next : null,
            NewUuid = speaks ? NewUuid : null,
            Attempt = attempt,
            Incarnation = incarnation,
        };

    private T? Fill<T>(TemplateScope scope, Func<TemplateScope, T?> fill, out string? lacking)
        where T : class
    {
        var filled = fill(scope);
        lacking = scope.Lacking;
        Remember(scope.Made);
        return filled;
    }

    private static MessagePattern? Fix(MessagePattern? pattern, TemplateScope scope) =>
        pattern is not { HasPlaceholders: true } ? pattern : pattern.Fix(scope) ?? new MessagePattern.Any([]);

    private void Remember(IReadOnlyList<string> made)
    {
        if (made.Count == 0)
            return;
        ImmutableInterlocked.Update(
            ref _made, static (before, now) => [.. before.Concat(now).Distinct(StringComparer.Ordinal).TakeLast(MostMade)], made);
    }

    private long Next(string counter)
    {
        var number = _counters.GetValueOrDefault(counter) + 1;
        Volatile.Write(ref _counters, _counters.SetItem(counter, number));
        return number;
    }

    /// <summary>A random UUID (RFC 9562, version 4).</summary>
    private Guid NewUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        foreach (ref var each in bytes)
            each = (byte)(_random.NextDouble() * 256);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
