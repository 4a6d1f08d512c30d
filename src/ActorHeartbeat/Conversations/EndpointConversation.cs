using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Conversations;

/// <summary>Begins to say the conversation of an endpoint.</summary>
public static class EndpointConversation
{
    /// <summary>An endpoint with defaults, and what is said about it.</summary>
    /// <param name="id">See <see cref="EndpointId"/>.</param>
    /// <param name="url">A ws or wss URL, as in <see cref="EndpointBuilder.Url"/>.</param>
    /// <param name="say">Says the conversation.</param>
    /// <exception cref="ArgumentException">The id is none, or words contradict each other.</exception>
    /// <exception cref="FormatException">A text is malformed.</exception>
    public static EndpointSettings Of(string id, string url, Action<EndpointBuilder> say) =>
        new EndpointSettings { Id = new EndpointId(id), Url = EndpointBuilder.ReadUrl(url) }.With(say);

    /// <summary>The same settings, and what is said about them; the settings at hand stay as they are.</summary>
    /// <param name="settings">Settings that were made anyhow.</param>
    /// <param name="say">Says what is different, or comes to it.</param>
    /// <exception cref="ArgumentException">Words contradict each other.</exception>
    /// <exception cref="FormatException">A text is malformed.</exception>
    public static EndpointSettings With(this EndpointSettings settings, Action<EndpointBuilder> say)
    {
        var builder = new EndpointBuilder(settings);
        say(builder);
        return builder.Settings;
    }
}
