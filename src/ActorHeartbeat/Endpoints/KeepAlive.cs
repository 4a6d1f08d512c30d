using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>
/// Something that is said again and again while a connection is open. It expects nothing and ends nothing; a heartbeat does.
/// </summary>
/// <param name="Send">What is sent; null where a request is made.</param>
/// <param name="Interval">The time between two, and before the first.</param>
public sealed record KeepAlive(MessageTemplate? Send, TimeSpan Interval)
{
    /// <summary>The HTTP request that is made in place of sending a message; null (default) for none. One that fails is told.</summary>
    public HttpCall? Http { get; init; }

    /// <summary>Whether it is left out while it would say the same as before. Default always.</summary>
    public KeepAliveWhen When { get; init; }

    /// <summary>Values by name for the message, filled each time. Default none.</summary>
    public ValueMap<ValueTemplate> Let { get; init; } = ValueMap<ValueTemplate>.Empty;

    /// <summary>Everything in it that may have placeholders.</summary>
    internal IEnumerable<Template> Templates =>
        [.. Let.Values.SelectMany(value => value.Templates), .. Send?.Templates ?? [], .. Http?.Templates ?? []];
}

/// <summary>When a keep-alive is sent.</summary>
public enum KeepAliveWhen
{
    Always,

    /// <summary>Where it has a value for each placeholder, and says something other than before on this connection.</summary>
    Changed,
}
