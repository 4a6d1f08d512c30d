using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>Says a subscription: what asks for each key, and how the peer answers and delivers.</summary>
public sealed class SubscriptionBuilder
{
    private SubscriptionSettings _said = new();

    private SubscriptionBuilder()
    {
    }

    /// <summary>Adds keys, in the order in which they are asked for. Default none: they may come while the endpoint runs.</summary>
    /// <exception cref="FormatException">A key is empty, too long, or has placeholders.</exception>
    public SubscriptionBuilder ForEach(params IEnumerable<string> keys)
    {
        string[] added = [.. keys];
        foreach (var key in added)
            Spoken.Refuse(ValueRules.SubscribedKey.Reject(key));
        return Say(said => said with { ForEach = [.. said.ForEach, .. added] });
    }

    /// <summary>How many keys one message asks for. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1, or as many as <see cref="BatchAll"/> stands for.</exception>
    public SubscriptionBuilder Batch(int keys) => Say(said => said with { Batch = Spoken.Within(ValueRules.Batch, keys) });

    /// <summary>One message asks for all keys, and is said again whenever one of them changes.</summary>
    public SubscriptionBuilder BatchAll() => Say(said => said with { Batch = SubscriptionSettings.WholeBatch });

    /// <summary>Names a value; it is filled once for each asking.</summary>
    /// <inheritdoc cref="StepBuilder.Let(string, string)"/>
    public SubscriptionBuilder Let(string name, string value) => Let(name, ValueTemplate.Text(value));

    /// <summary>Names a JSON value; it is filled once for each asking.</summary>
    /// <inheritdoc cref="StepBuilder.LetJson"/>
    public SubscriptionBuilder LetJson(string name, string json) => Let(name, ValueTemplate.Json(Spoken.Compact(json)));

    /// <summary>Asks with a text message, in which <c>@{each}</c> is the key.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.Send(string)"/>
    public SubscriptionBuilder Send(string text) => Send(Spoken.Text(text, TemplatePlace.Message));

    /// <summary>Asks with JSON, in which <c>@{each}</c> is the key. In a batch the list element that holds it is repeated.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.SendJson"/>
    public SubscriptionBuilder SendJson(string json) => Send(Spoken.Json(json, TemplatePlace.Message));

    /// <summary>Asks with a message.</summary>
    public SubscriptionBuilder Send(MessageTemplate message) =>
        Say(said => said with { Send = Spoken.Fitting(message, TemplatePlace.Message) });

    /// <summary>Asks with an HTTP request, in which <c>@{each}</c> is the key; its answer is what <see cref="Expect"/> looks at.</summary>
    /// <inheritdoc cref="StepBuilder.Http"/>
    public SubscriptionBuilder Http(string method, string url, Action<HttpBuilder>? more = null)
    {
        var call = HttpBuilder.Make(method, url, more);
        return Say(said => said with { Http = call });
    }

    /// <summary>Ends with an HTTP request.</summary>
    /// <inheritdoc cref="StepBuilder.Http"/>
    public SubscriptionBuilder CancelHttp(string method, string url, Action<HttpBuilder>? more = null)
    {
        var call = HttpBuilder.Make(method, url, more);
        return Say(said => said with { CancelHttp = call });
    }

    /// <summary>Ends with a text message. Default: nothing is said, and the next connection begins without the key.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.Send(string)"/>
    public SubscriptionBuilder Cancel(string text) => Cancel(Spoken.Text(text, TemplatePlace.Message));

    /// <summary>Ends with JSON.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.SendJson"/>
    public SubscriptionBuilder CancelJson(string json) => Cancel(Spoken.Json(json, TemplatePlace.Message));

    /// <summary>Ends with a message.</summary>
    public SubscriptionBuilder Cancel(MessageTemplate message) =>
        Say(said => said with { Cancel = Spoken.Fitting(message, TemplatePlace.Message) });

    /// <summary>
    /// The answer that accepts a key, or the whole batch where it does not name <c>@{each}</c>. Default: the first data accept the key, and
    /// without <see cref="Data"/> the sending does.
    /// </summary>
    /// <exception cref="FormatException">A placeholder in it may not stand in a pattern.</exception>
    public SubscriptionBuilder Expect(MessagePattern pattern) => Say(said => said with { Expect = Spoken.Fitting(pattern) });

    /// <summary>How long the answer may take. Default 5 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public SubscriptionBuilder Timeout(TimeSpan time) => Say(said => said with { Timeout = Spoken.Positive(time) });

    /// <summary>The message that refuses a key, or ends one that was accepted.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="reason">Where it says why: a JSON pointer (RFC 6901) or a template. Default nowhere.</param>
    /// <param name="then">What is done. Default: the key is asked for again under backoff.</param>
    /// <exception cref="FormatException">The reason takes nothing of the message, or a placeholder is malformed.</exception>
    public SubscriptionBuilder Reject(MessagePattern pattern, string? reason = null, RefusedKeyAction then = RefusedKeyAction.Retry)
    {
        var why = reason is null ? null : Spoken.Taken(reason, DialogueStep.AsTemplate(reason), Words.RejectReason);
        return Say(said => said with { Reject = Spoken.Fitting(pattern), Reason = why, Then = then });
    }

    /// <summary>Keeps a value of the accepting message for the key, up to 8 KiB.</summary>
    /// <inheritdoc cref="StepBuilder.Capture"/>
    public SubscriptionBuilder Capture(string name, params string[] from) =>
        Say(said => said with { Capture = Spoken.Capture(said.Capture, name, from) });

    /// <summary>The data of a key. Default: they are not told apart.</summary>
    /// <exception cref="FormatException">A placeholder in it may not stand in a pattern.</exception>
    public SubscriptionBuilder Data(MessagePattern pattern) => Say(said => said with { Data = Spoken.Fitting(pattern) });

    /// <summary>
    /// How long a key may go without data, at least 1 s: then it is asked for again, then the connection is replaced, then it reconnects.
    /// Default for ever.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is shorter.</exception>
    public SubscriptionBuilder Stale(TimeSpan time) => Say(said => said with { Stale = Spoken.Within(ValueRules.StaleTime, time) });

    /// <summary>Where the peer numbers the data of a key. Default nowhere.</summary>
    /// <inheritdoc cref="EndpointBuilder.Sequence(string, long?, SequenceGapAction?)"/>
    public SubscriptionBuilder Sequence(string at, long? step = null, SequenceGapAction? onGap = null)
    {
        var sequence = Spoken.Sequence([at], step, onGap);
        return Say(said => said with { Sequence = sequence });
    }

    internal static SubscriptionSettings Make(Action<SubscriptionBuilder> say)
    {
        var builder = new SubscriptionBuilder();
        say(builder);
        Spoken.RefuseTogether(Combinations.RejectSubscription(builder._said));
        return builder._said;
    }

    private SubscriptionBuilder Let(string name, ValueTemplate value) =>
        Say(said => said with { Let = Spoken.Let(said.Let, name, value, TemplatePlace.Message) });

    private SubscriptionBuilder Say(Func<SubscriptionSettings, SubscriptionSettings> say)
    {
        _said = say(_said);
        return this;
    }
}
