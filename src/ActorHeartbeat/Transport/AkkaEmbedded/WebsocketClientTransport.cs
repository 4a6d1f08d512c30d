namespace ActorHeartbeat.Transport;

/// <summary>Where <c>transport = websocket-client</c> stands in this build: without the Websocket.Client package it is not available.</summary>
public static class WebsocketClientTransport
{
    /// <summary>Why the transport cannot be used, for the validation of configuration; null when it can.</summary>
    public static string? Unavailable => "transport = websocket-client needs a build with -p:AkkaPackages=nuget; this one has client-web-socket only";

    /// <summary>The dialer of the transport.</summary>
    /// <param name="time">The clock of its deadlines.</param>
    /// <exception cref="NotSupportedException">Always in this build; the message is <see cref="Unavailable"/>.</exception>
    public static IDialer Create(TimeProvider time) => throw new NotSupportedException(Unavailable);
}
