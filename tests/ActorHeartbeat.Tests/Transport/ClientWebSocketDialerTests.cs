using System.Net.Sockets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>The dialing behaviour required of any transport. A derived class repeats the tests with another transport.</summary>
public class ClientWebSocketDialerTests : DialerTestBase
{
    [Fact]
    public async Task A_handshake_carries_headers_and_subprotocols_and_yields_the_one_the_server_chose()
    {
        using var server = new LoopbackServer();
        var settings = Endpoint(new Uri(server.Url, "/feed?token=1")) with { Subprotocols = ["v2", "v1"] };
        var dialing = Dialer.DialAsync(
            new DialRequest(settings, settings.Url, [new("Authorization", "Bearer abc")]), new RecordingObserver(), default);
        using var peer = await server.AcceptAsync();

        await peer.UpgradeAsync("Sec-WebSocket-Protocol: v1\r\n");

        var connected = Assert.IsType<DialResult.Connected>(await dialing.WaitAsync(WebSocketPeer.Patience));
        Assert.Equal("v1", connected.Connection.Subprotocol);
        Assert.StartsWith("GET /feed?token=1 HTTP/1.1\r\n", peer.Request, StringComparison.Ordinal);
        Assert.Equal(
            ("Bearer abc", "v2, v1", $"127.0.0.1:{server.Port}"),
            (peer.Header("Authorization"), peer.Header("Sec-WebSocket-Protocol"), peer.Header("Host")));
    }

    [Theory]
    [InlineData(401, null)]
    [InlineData(302, null)]
    [InlineData(429, "120")]
    [InlineData(503, "Wed, 21 Oct 2026 07:28:00 GMT")]
    public async Task A_refused_handshake_gives_its_status_and_headers(int status, string? retryAfter)
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(new Uri($"ws://user:secret@127.0.0.1:{server.Port}/feed?token=secret")));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        await peer.WriteAsync(
            $"HTTP/1.1 {status} No\r\nX-Why: because\r\nLocation: "
                + $"ws://elsewhere/\r\n{(retryAfter is null ? "" : $"Retry-After: {retryAfter}\r\n")}Content-Length: 0\r\n\r\n"
        );

        var failure = await dialing;
        Assert.Equal((FailureLayer.Http, status, retryAfter), (failure.Layer, failure.HttpStatus, failure.RetryAfter));
        Assert.Contains(failure.Headers, header => header is { Key: "X-Why", Value: "because" });
        Assert.StartsWith(
            $"ws://127.0.0.1:{server.Port}: the handshake was refused with HTTP {status} ",
            failure.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_port_without_a_listener_is_a_TCP_failure()
    {
        using var server = new LoopbackServer();
        var url = server.Url;
        server.Dispose();

        var failure = await FailAsync(Endpoint(url));

        Assert.Equal(
            (FailureLayer.Tcp, $"{Origin(url)}: 127.0.0.1:{url.Port} (127.0.0.1): connection refused"), (failure.Layer, failure.Message));
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_a_DNS_failure()
    {
        var failure = await FailAsync(Endpoint(new Uri("ws://no-such-host.invalid/")));

        Assert.Equal(FailureLayer.Dns, failure.Layer);
        Assert.StartsWith("ws://no-such-host.invalid: no-such-host.invalid: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_accept_key_is_a_protocol_failure()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url));
        using var peer = await server.AcceptAsync();

        await peer.UpgradeAsync(accept: "bm90IHRoZSBrZXkgeW91IHNlbnQ=");

        Assert.Equal(FailureLayer.Protocol, (await dialing).Layer);
        Assert.Null(await peer.ReadAsync());
    }

    [Theory]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\n", "Sec-WebSocket-Accept")]
    [InlineData("Connection: Upgrade\r\n", "Upgrade")]
    [InlineData("Upgrade: websocket\r\n", "Connection")]
    public async Task An_acceptance_without_a_header_it_must_have_is_a_protocol_failure_that_names_it(string headers, string missing)
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        await peer.WriteAsync($"HTTP/1.1 101 Switching Protocols\r\n{headers}\r\n");

        var failure = await dialing;
        Assert.Equal(FailureLayer.Protocol, failure.Layer);
        Assert.Contains($"'{missing}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subprotocol_that_was_not_offered_is_a_protocol_failure()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url) with { Subprotocols = ["v1"] });
        using var peer = await server.AcceptAsync();

        await peer.UpgradeAsync("Sec-WebSocket-Protocol: v3\r\n");

        Assert.Equal(FailureLayer.Protocol, (await dialing).Layer);
    }

    [Fact]
    public async Task An_answer_that_is_not_HTTP_is_a_protocol_failure()
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        await peer.WriteAsync("220 mail.example.com ESMTP\r\n\r\n");

        Assert.Equal(FailureLayer.Protocol, (await dialing).Layer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_hangs_up_during_the_handshake_is_a_TCP_failure(bool reset)
    {
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url));
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        if (reset)
            peer.Reset();
        else
            peer.Dispose();

        var failure = await dialing;
        Assert.True(failure.Layer == FailureLayer.Tcp, failure.ToString());
    }

    [Fact]
    public async Task A_server_that_never_answers_the_upgrade_is_let_go_of_on_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new LoopbackServer();
        var dialing = FailAsync(Endpoint(server.Url), cancellation.Token);
        using var peer = await server.AcceptAsync();
        await peer.ReadRequestAsync();

        await cancellation.CancelAsync();

        Assert.Equal(
            $"{Origin(server.Url)}: given up while the server did not answer the upgrade request",
            (await dialing).Message);
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_server_that_never_answers_the_TLS_handshake_is_let_go_of_on_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new LoopbackServer();
        var url = new Uri($"wss://127.0.0.1:{server.Port}/");
        var dialing = FailAsync(Endpoint(url), cancellation.Token);
        using var peer = await server.AcceptAsync();
        await peer.FirstByteAsync();

        await cancellation.CancelAsync();

        Assert.Equal($"{Origin(url)}: given up during the TLS handshake", (await dialing).Message);
        Assert.True(await peer.DrainAsync(), "the socket is closed when the dial is over");
    }

    [Fact]
    public async Task Names_that_resolve_to_a_dead_address_first_still_connect()
    {
        using var server = new LoopbackServer();
        // Where IPv6 is on, localhost also resolves to ::1, where no server listens.
        var settings = Endpoint(new Uri($"ws://localhost:{server.Port}/"));
        var accepting = server.AcceptUpgradedAsync();

        var connected = Assert.IsType<DialResult.Connected>(await DialAsync(settings));

        using var peer = await accepting;
        connected.Connection.Abort();
    }

    [Fact]
    public async Task A_header_that_cannot_be_sent_fails_the_attempt_without_showing_its_value()
    {
        using var server = new LoopbackServer();
        var settings = Endpoint(server.Url);

        var result = await Dialer.DialAsync(
            new DialRequest(settings, settings.Url, [new("Authorization", "top\r\nsecret")]), new RecordingObserver(), default);

        var failure = Assert.IsType<DialResult.Failed>(result).Failure;
        Assert.Equal(FailureLayer.Resolve, failure.Layer);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_alive_and_user_timeout_are_set_on_the_socket()
    {
        using var server = new LoopbackServer();
        var accepting = server.AcceptAsync();
        var connector = new TcpConnector(new TcpSettings { KeepAlive = TimeSpan.FromSeconds(7) }, new DialContext(Time));

        var (connected, address) = await connector.ConnectAsync("127.0.0.1", server.Port, default).WaitAsync(WebSocketPeer.Patience);

        await using var stream = connected;
        using var peer = await accepting;
        Assert.Equal(stream.Socket.RemoteEndPoint, address);
        var userTimeout = new byte[sizeof(int)];
        stream.Socket.GetRawSocketOption(6, 18, userTimeout);
        Assert.Equal(1, stream.Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(7, stream.Socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(7000, BitConverter.ToInt32(userTimeout));
    }

    [Fact]
    public async Task Each_of_many_dials_to_one_server_keeps_its_own_socket_and_nothing_is_left()
    {
        using var server = new LoopbackServer();
        var dials = Enumerable.Range(0, 60).Select(number => new OneOfMany(number)).ToList();
        var serving = ServeAsync(server, dials.Count);

        await Task.WhenAll(dials.Select(async dial =>
        {
            var settings = Endpoint(new Uri(server.Url, $"/{dial.Number}"));
            var dialing = Dialer.DialAsync(Request(settings), dial.Observer, dial.Cancellation.Token);
            if (dial.IsGivenUp)
                await dial.Cancellation.CancelAsync();
            dial.Result = await dialing.WaitAsync(WebSocketPeer.Patience);
        }));
        // A dial may be accepted before it is given up; then it is a normal connection.
        var connected = dials.Where(dial => dial.Connection is not null).ToList();
        Assert.All(dials.Where(dial => !dial.IsGivenUp), dial => Assert.NotNull(dial.Connection));
        foreach (var dial in connected)
            dial.Connection!.Start();

        foreach (var dial in connected)
            Assert.Equal($"/{dial.Number}", await dial.Observer.TextAsync());
        Assert.Equal(1, SharedHandlers);
        foreach (var dial in connected)
        {
            dial.Connection!.Abort();
            await dial.Observer.EndAsync();
        }

        Assert.Equal(0, SharedHandlers);
        server.Dispose();
        await serving;
    }

    private static async Task ServeAsync(LoopbackServer server, int atMost)
    {
        var peers = new List<Task>();
        try
        {
            for (var accepted = 0; accepted < atMost; accepted++)
                peers.Add(GreetAsync(await server.AcceptAsync()));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over and the listener is closed.
        }

        await Task.WhenAll(peers);
    }

    /// <summary>Sends back the requested path, then waits until the socket is closed.</summary>
    private static async Task GreetAsync(WebSocketPeer peer)
    {
        using (peer)
        {
            try
            {
                await peer.UpgradeAsync();
                await peer.SendTextAsync(peer.Request.Split(' ')[1]);
                Assert.True(await peer.DrainAsync());
            }
            catch (IOException)
            {
                // The dial was given up.
            }
        }
    }

    private sealed record OneOfMany(int Number)
    {
        public bool IsGivenUp => Number % 2 == 1;

        public CancellationTokenSource Cancellation { get; } = new();

        public RecordingObserver Observer { get; } = new();

        public DialResult? Result { get; set; }

        public IConnection? Connection => (Result as DialResult.Connected)?.Connection;
    }
}
