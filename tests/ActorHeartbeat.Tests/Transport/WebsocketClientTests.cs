using ActorHeartbeat.Transport;
using ActorHeartbeat.WebsocketClient;

namespace ActorHeartbeat.Tests.Transport;

// Everything that is asked of the framework's transport, asked of Websocket.Client: who configures another transport gives up nothing.

public sealed class WebsocketClientMessageTests : ClientWebSocketMessageTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientCloseTests : ClientWebSocketCloseTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientDialerTests : ClientWebSocketDialerTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientKestrelDialTests : KestrelDialTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientProxyDialTests : ProxyDialTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientSecureDialTests : SecureDialTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientHandshakeAnswerTests : HandshakeAnswerTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientRefusalTests : RefusalTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientWireUrlTests : WireUrlTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}
