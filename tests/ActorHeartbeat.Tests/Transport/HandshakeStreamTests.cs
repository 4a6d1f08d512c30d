using System.Text;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Tests.Transport;

public sealed class HandshakeStreamTests
{
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

    private string _judged = "";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task The_HTTP_connection_gets_no_more_of_an_acceptance_than_that_it_is_one_and_the_rest_stays(int atOnce)
    {
        foreach (
            var head in (string[])[Switching, Switching.ReplaceLineEndings("\n"), "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + Switching]
        )
        {
            await using var stream = new HandshakeStream(new MemoryStream(Encoding.ASCII.GetBytes(head + "frames")), Judge);

            Assert.Equal("HTTP/1.1 101 Switching Protocols\r\n\r\n", await ReadAsync(stream, atOnce));
            Assert.Equal(head[head.IndexOf("HTTP/1.1 101", StringComparison.Ordinal)..], _judged);
            Assert.Equal("frames", await ReadAsync(stream.Detach(), atOnce));
        }
    }

    [Fact]
    public async Task A_refusal_passes_with_its_body()
    {
        const string Refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\n\r\n\r\nno";
        await using var stream = new HandshakeStream(new MemoryStream(Encoding.ASCII.GetBytes(Refusal)), Judge);

        Assert.Equal(Refusal, await ReadAsync(stream, 16));
        Assert.Throws<InvalidOperationException>(stream.Detach);
    }

    [Fact]
    public async Task A_detached_stream_outlives_the_HTTP_connection()
    {
        var under = new MemoryStream(Encoding.ASCII.GetBytes(Switching));
        var stream = new HandshakeStream(under, Judge);
        await ReadAsync(stream, 4096);

        var detached = stream.Detach();
        await stream.DisposeAsync();

        Assert.True(under.CanRead);
        await detached.DisposeAsync();
        Assert.False(under.CanRead);
    }

    private void Judge(ReadOnlyMemory<byte> head) => _judged = Encoding.ASCII.GetString(head.Span);

    private static async Task<string> ReadAsync(Stream stream, int atOnce)
    {
        var text = new StringBuilder();
        var buffer = new byte[atOnce];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }
}
