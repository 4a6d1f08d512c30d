using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Conversations;

/// <summary>
/// Says what is said again and again while a connection is open. A keep-alive expects nothing and ends nothing: a heartbeat does.
/// </summary>
public sealed class KeepAliveBuilder
{
    private KeepAlive _said = new(null, TimeSpan.Zero);

    private KeepAliveBuilder()
    {
    }

    /// <summary>Sends a text message.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.Send(string)"/>
    public KeepAliveBuilder Send(string text) => Send(Spoken.Text(text, TemplatePlace.Message));

    /// <summary>Sends JSON.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.SendJson"/>
    public KeepAliveBuilder SendJson(string json) => Send(Spoken.Json(json, TemplatePlace.Message));

    /// <summary>Sends a binary message.</summary>
    /// <inheritdoc cref="HeartbeatBuilder.SendBytes"/>
    public KeepAliveBuilder SendBytes(string hex) => Send(Spoken.Bytes(hex, TemplatePlace.Message));

    /// <summary>Sends a message.</summary>
    public KeepAliveBuilder Send(MessageTemplate message)
    {
        _said = _said with { Send = Spoken.Fitting(message, TemplatePlace.Message) };
        return this;
    }

    /// <summary>Makes an HTTP request in place of sending; one that fails is told, and ends nothing.</summary>
    /// <inheritdoc cref="StepBuilder.Http"/>
    public KeepAliveBuilder Http(string method, string url, Action<HttpBuilder>? more = null)
    {
        _said = _said with { Http = HttpBuilder.Make(method, url, more) };
        return this;
    }

    /// <summary>The time between two, and before the first (<c>interval</c>). It has no default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public KeepAliveBuilder Every(TimeSpan interval)
    {
        _said = _said with { Interval = Spoken.Positive(interval) };
        return this;
    }

    /// <summary>Leaves it out where it would say the same as before on this connection. Default always.</summary>
    public KeepAliveBuilder When(KeepAliveWhen when)
    {
        _said = _said with { When = when };
        return this;
    }

    /// <summary>Names a value for the message; it is filled each time.</summary>
    /// <inheritdoc cref="StepBuilder.Let(string, string)"/>
    public KeepAliveBuilder Let(string name, string value) => Let(name, ValueTemplate.Text(value));

    /// <summary>Names a JSON value for the message.</summary>
    /// <inheritdoc cref="StepBuilder.LetJson"/>
    public KeepAliveBuilder LetJson(string name, string json) => Let(name, ValueTemplate.Json(Spoken.Compact(json)));

    internal static KeepAlive Make(Action<KeepAliveBuilder> say)
    {
        var builder = new KeepAliveBuilder();
        say(builder);
        Spoken.RefuseTogether(
            builder._said.Interval == TimeSpan.Zero ? "a keep-alive needs its interval: Every"
            : Combinations.RejectKeepAlive(builder._said));
        return builder._said;
    }

    private KeepAliveBuilder Let(string name, ValueTemplate value)
    {
        _said = _said with { Let = Spoken.Let(_said.Let, name, value, TemplatePlace.Message) };
        return this;
    }
}
