using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.TestKit;

/// <summary>Is told what a client does on a <see cref="ScriptedConnection"/>, on the client's thread.</summary>
internal interface IFarEnd
{
    void Heard(OutboundMessage message);

    void Pinged();

    /// <summary>The client begins the closing handshake.</summary>
    void Closing(int code);

    /// <summary>The socket is gone, whoever ended it.</summary>
    void Ended();
}
