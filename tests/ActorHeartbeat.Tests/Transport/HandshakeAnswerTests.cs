using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>
/// The answers that accept a handshake, and the errors for all others. A derived class repeats the tests with another transport.
/// </summary>
public class HandshakeAnswerTests : DialerTestBase
{
    private const string Switching = "HTTP/1.1 101 OK\r\n";
    private const string Upgraded = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {a}\r\n";
    private const string Deflate = "HTTP/1.1 101 OK\r\n" + Upgraded + "Sec-WebSocket-Extensions: ";

    [Theory]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: Upgrade, Keep-Alive\r\nSec-WebSocket-Accept: {a}\r\n\r\n")]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: {a}\r\n\r\n")]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: keep-alive\r\nConnection: ,upgrade ,\r\nSec-WebSocket-Accept: {a}\r\n\r\n")]
    [InlineData("HTTP/1.1 101 switching protocols\r\nupgrade: WebSocket\r\nconnection: upgrade\r\nsec-websocket-accept: {a}\r\n\r\n")]
    [InlineData("HTTP/1.1 101\r\n" + Upgraded + "\r\n")]
    [InlineData("HTTP/1.1 101 \r\nUpgrade:websocket\r\nConnection:\tUpgrade\t\r\nSec-WebSocket-Accept:   {a}  \r\n\r\n")]
    [InlineData("HTTP/1.1 101 OK\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: {a}\n\n")]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: keep-alive,\r\n Upgrade\r\nSec-WebSocket-Accept: {a}\r\n\r\n")]
    [InlineData(Switching + Upgraded + "Sec-WebSocket-Protocol: \r\nSec-WebSocket-Extensions:\r\n\r\n")]
    [InlineData(Switching + Upgraded + "Content-Length: 0\r\n\r\n")]
    [InlineData(Switching + Upgraded + "Transfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.0 101 OK\r\n" + Upgraded + "\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 OK\r\n" + Upgraded + "\r\n")]
    public async Task An_answer_that_the_RFCs_allow_is_accepted(string answer)
    {
        using var server = new LoopbackServer();

        Assert.Equal("hi", await GreetAsync(server, Endpoint(server.Url), answer));
    }

    [Theory]
    [InlineData("permessage-deflate")]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=\"15\"")]
    [InlineData("permessage-deflate;client_max_window_bits=15;server_no_context_takeover")]
    [InlineData("Permessage-Deflate ; Server_Max_Window_Bits = \"1\\0\"")]
    [InlineData("permessage-deflate; server_max_window_bits=8")]
    [InlineData("permessage-deflate; client_max_window_bits=8")]
    [InlineData("permessage-deflate\r\nSec-WebSocket-Extensions: ")]
    public async Task An_extension_is_read_however_it_is_spelled(string extension)
    {
        using var server = new LoopbackServer();

        Assert.Equal("hi", await GreetAsync(server, Endpoint(server.Url) with { Compression = true }, Deflate + extension + "\r\n\r\n"));
    }

    [Theory]
    [InlineData(Switching + "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {a}\r\n\r\n",
        "'Upgrade' is \"h2c\", not websocket")]
    [InlineData(Switching + "Upgrade: h2c, websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {a}\r\n\r\n",
        "'Upgrade' is \"h2c, websocket\", not websocket")]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: {a}\r\n\r\n",
        "'Connection' is \"close\", without upgrade")]
    [InlineData(Switching + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm8=\r\n\r\n",
        "'Sec-WebSocket-Accept' is \"bm8=\", which does not answer the key that was sent")]
    [InlineData(Switching + Upgraded + "Sec-WebSocket-Protocol: v3\r\n\r\n",
        "'Sec-WebSocket-Protocol' chooses a subprotocol which was not offered")]
    [InlineData(Switching + Upgraded + "X-\u001b[31m: red\r\n\r\n",
        "\"X-\\x1b[31m: red\" is no header line (RFC 9112 section 5)")]
    [InlineData(Switching + Upgraded + "X-Bell: a\ab\r\n\r\n", "the header 'X-Bell' has a control character: \"a\\x07b\"")]
    [InlineData(Deflate + "permessage-deflate\r\n\r\n", "'Sec-WebSocket-Extensions' is \"permessage-deflate\", which was not offered")]
    [InlineData(Deflate + "x-mux\r\n\r\n", "'Sec-WebSocket-Extensions' is \"x-mux\", which was not offered")]
    public async Task A_breach_is_named_with_its_bytes(string answer, string breach)
    {
        using var server = new LoopbackServer();

        var failure = await RefuseAsync(server, Endpoint(server.Url), answer);

        Assert.Equal(
            (FailureLayer.Protocol, $"{Origin(server.Url)}: the handshake breaks RFC 6455: {breach}"), (failure.Layer, failure.Message));
    }

    [Theory]
    [InlineData("x-mux", "'Sec-WebSocket-Extensions' is \"x-mux\", which was not offered")]
    [InlineData("permessage-deflate, permessage-deflate",
        "'Sec-WebSocket-Extensions' names more than was offered: \"permessage-deflate, permessage-deflate\"")]
    [InlineData("permessage-deflate; server_max_window_bits=7", "\"server_max_window_bits=7\", whose value is none of 8 to 15")]
    [InlineData("permessage-deflate; server_max_window_bits", "\"server_max_window_bits\", whose value is none of 8 to 15")]
    [InlineData("permessage-deflate; server_no_context_takeover=1", "\"server_no_context_takeover=1\", which has no value")]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover", "which comes twice")]
    [InlineData("permessage-deflate; level=9", "\"level=9\", which RFC 7692 does not know")]
    public async Task An_extension_that_breaks_RFC_7692_is_named(string extension, string breach)
    {
        using var server = new LoopbackServer();

        var failure = await RefuseAsync(server, Endpoint(server.Url) with { Compression = true }, Deflate + extension + "\r\n\r\n");

        Assert.Equal(FailureLayer.Protocol, failure.Layer);
        Assert.Contains(breach, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SSH-2.0-server\r\n\r\n", "it begins with \"SSH-2.0-server\\x0d\\x0a\\x0d\\x0a\"")]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002F",
        "it begins with \"\\x15\\x03\\x01\\x00\\x02\\x02F\"; that is TLS: the URL must say wss")]
    [InlineData("HTTP/1.1 1o1 OK\r\n\r\n", "it begins with \"HTTP/1.1 1o1 OK\"")]
    public async Task An_answer_that_is_not_HTTP_is_shown_escaped(string answer, string shown)
    {
        using var server = new LoopbackServer();

        var failure = await RefuseAsync(server, Endpoint(server.Url), answer);

        Assert.Equal($"{Origin(server.Url)}: the answer to the handshake is not HTTP: {shown}", failure.Message);
    }

    [Fact]
    public async Task A_head_without_end_is_refused_at_its_bound()
    {
        using var server = new LoopbackServer();

        var failure = await RefuseAsync(server, Endpoint(server.Url), "HTTP/1.1 101 OK\r\nX: " + new string('x', 70_000));

        Assert.Equal($"{Origin(server.Url)}: the head of the answer to the handshake is longer than 65536 bytes", failure.Message);
    }

    /// <summary>zlib cannot pack for a window of 256 bytes, and RFC 7692 section 6 allows every message to go out as it is.</summary>
    [Theory]
    [InlineData("8", false)]
    [InlineData(" \"8\"", false)]
    [InlineData("9", true)]
    public async Task Messages_are_not_packed_where_the_server_asks_for_the_smallest_window(string bits, bool isPacked)
    {
        using var server = new LoopbackServer();
        var observer = new RecordingObserver();
        var dialing = DialAsync(Endpoint(server.Url) with { Compression = true }, observer);
        using var peer = await server.AcceptAsync();
        await peer.AnswerAsync($"{Deflate}permessage-deflate; client_max_window_bits ={bits}\r\n\r\n");
        var connection = Assert.IsType<DialResult.Connected>(await dialing).Connection;
        connection.Start();

        var message = OutboundMessage.Text(new string('a', 1000));
        Assert.Equal(SendStatus.Sent, await connection.SendAsync(message));

        Assert.Equal(isPacked, (await peer.ReadAsync())!.Payload.Length < 1000);
        connection.Abort();
    }

    private async Task<string> GreetAsync(LoopbackServer server, EndpointSettings settings, string answer)
    {
        var observer = new RecordingObserver();
        var dialing = DialAsync(settings, observer);
        using var peer = await server.AcceptAsync();
        await peer.AnswerAsync(answer);
        await peer.SendTextAsync("hi");
        var result = await dialing;
        Assert.True(result is DialResult.Connected, result.ToString());
        var connection = ((DialResult.Connected)result).Connection;
        connection.Start();
        var text = await observer.TextAsync();
        connection.Abort();
        return text;
    }

    private async Task<DialFailure> RefuseAsync(LoopbackServer server, EndpointSettings settings, string answer)
    {
        var dialing = FailAsync(settings);
        using var peer = await server.AcceptAsync();
        await peer.AnswerAsync(answer);
        return await dialing;
    }
}
