using ActorHeartbeat.Transport;
using ActorHeartbeat.WebsocketClient;

namespace ActorHeartbeat.Tests.Transport;

// The tests of the framework's transport, repeated with Websocket.Client: another transport must not lose any behaviour.

public sealed class WebsocketClientMessageTests : ClientWebSocketMessageTests
{
    private protected override int SharedHandlers => ((WebsocketClientDialer)Dialer).SharedHandlers;

    private protected override IDialer CreateDialer() => new WebsocketClientDialer(Time);
}

public sealed class WebsocketClientReadAheadTests : ReadAheadTests
{
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
