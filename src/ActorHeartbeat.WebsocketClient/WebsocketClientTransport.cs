using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.WebsocketClient;

/// <summary>Adds <see cref="TransportKind.WebsocketClient"/> to the transports of a supervisor.</summary>
public static class WebsocketClientTransport
{
    /// <summary>
    /// From now on endpoints whose transport is <see cref="TransportKind.WebsocketClient"/> are dialed with the Websocket.Client package.
    /// </summary>
    /// <exception cref="ArgumentException">It was added already.</exception>
    public static TransportCatalog AddWebsocketClient(this TransportCatalog transports) =>
        transports.Add(TransportKind.WebsocketClient, new WebsocketClientDialer(transports.Time));
}
