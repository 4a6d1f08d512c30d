namespace ActorHeartbeat.Transport;

/// <summary>Where <c>transport = websocket-client</c> stands in this build: it is available.</summary>
public static class WebsocketClientTransport
{
    /// <summary>Why the transport cannot be used, for the validation of configuration; null when it can.</summary>
    public static string? Unavailable => null;

    /// <summary>The dialer of the transport.</summary>
    /// <param name="time">The clock of its deadlines.</param>
    public static IDialer Create(TimeProvider time) => new WebsocketClientDialer(time);
}
