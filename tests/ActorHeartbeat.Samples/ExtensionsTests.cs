using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example of what a host adds to the language. Another test checks that the README shows these lines.</summary>
public sealed class ExtensionsTests
{
    [Fact]
    public void A_host_adds_a_function_a_step_and_a_codec()
    {
        var vault = new Vault();

        var extensions = ConversationExtensions.Default
            .WithFunction("hmac-sha384", 2, args => HMACSHA384.HashData(args[0].Span, args[1].Span))
            .WithStep("ticket", gives: ["ticket"], async step => new Dictionary<string, string>
            {
                ["ticket"] = await vault.TicketAsync(step.Endpoint, step.Find("region"), step.Cancellation),
            })
            .WithCodec("counted", () => new CountedCodec());

        Assert.Equal(["counted", "mqtt"], extensions.Codecs);
        Assert.Equal(["ticket"], extensions.Steps);
        var endpoint = new EndpointSettings
        {
            Id = new EndpointId("x"),
            Url = new Uri("ws://in-memory/?s=@{hex(hmac-sha384(env.KEY, now.s))}&t=@{ticket}"),
            Prepare = [new DialogueStep(null, null, TimeSpan.Zero) { Call = new StepCall("ticket") }],
            Framing = new FramingSettings { Codec = "counted" },
        };
        Assert.Null(extensions.Reject(endpoint));
        Assert.NotNull(ConversationExtensions.Default.Reject(endpoint));
        Assert.Equal(
            ["""{"text":"hi"}"""],
            new CountedCodec()
                .Decode(new byte[] { 2, (byte)'h', (byte)'i' }, most: 10)
                .Select(message => Encoding.UTF8.GetString(message.View.Span)));
    }

    private sealed class Vault
    {
        public Task<string> TicketAsync(EndpointId endpoint, string? region, CancellationToken cancellation) =>
            Task.FromResult($"{endpoint} {region} {cancellation.CanBeCanceled}");
    }
}

/// <summary>Messages behind a byte with their length, several in a frame.</summary>
internal sealed class CountedCodec : IMessageCodec
{
    public IEnumerable<CodecMessage> Decode(ReadOnlyMemory<byte> frame, int most)
    {
        for (var rest = frame; !rest.IsEmpty;)
        {
            var length = rest.Span[0];
            if (length >= rest.Length)
                throw new CodecException("a message is cut off");
            var message = rest.Slice(1, length);
            var view = JsonSerializer.SerializeToUtf8Bytes(new { text = Encoding.UTF8.GetString(message.Span) });
            yield return new CodecMessage(message, view);
            rest = rest[(1 + length)..];
        }
    }
}
