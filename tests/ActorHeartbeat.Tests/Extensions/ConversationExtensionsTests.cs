using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Templates;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorHeartbeat.Tests.Extensions;

public sealed class ConversationExtensionsTests
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    private static readonly ConversationExtensions Known = ConversationExtensions.Default
        .WithFunction("reversed", 1, args => [.. args[0].ToArray().Reverse()])
        .WithFunction("joined", 2, args => [.. args[0].Span, .. args[1].Span])
        .WithFunction("fails", 1, _ => throw new InvalidOperationException("secret"))
        .WithFunction("huge", 1, _ => new byte[(1024 * 1024) + 1])
        .WithFunction("nothing", 1, _ => null)
        .WithStep("sigv4", ["signature"], _ => Task.FromResult(Nothing))
        .WithCodec("protobuf", () => new MqttCodec());

    [Fact]
    public void The_codec_mqtt_is_there_without_a_host() =>
        Assert.Equal("mqtt", Assert.Single(ConversationExtensions.Default.Codecs.Concat(ConversationExtensions.Default.Steps)));

    [Fact]
    public void An_addition_leaves_the_one_that_it_is_made_from_as_it_was()
    {
        Assert.Equal(["mqtt", "protobuf"], Known.Codecs);
        Assert.Equal(["mqtt"], ConversationExtensions.Default.Codecs);
    }

    [Theory]
    [InlineData("sha256", "there is a function sha256 already")]
    [InlineData("now", "there is a function now already")]
    [InlineData("reversed", "there is a function reversed already")]
    [InlineData("uuid", "uuid is no name of a function: placeholders call something else by this name")]
    [InlineData("Ed25519", "\"Ed25519\" is no name of a function: a name is a small letter and then small letters, digits and -")]
    [InlineData("a.b", "\"a.b\" is no name of a function: a name is a small letter and then small letters, digits and -")]
    [InlineData("", "\"\" is no name of a function: a name is a small letter and then small letters, digits and -")]
    public void A_function_has_a_name_of_its_own(string name, string reason) => Refused(
        () => Known.WithFunction(name, 1, _ => []), reason);

    [Theory]
    [InlineData("off")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("auto")]
    [InlineData("zlib-stream")]
    [InlineData("mqtt")]
    [InlineData("protobuf")]
    public void A_codec_has_a_name_of_its_own(string name) => Refused(
        () => Known.WithCodec(name, () => new MqttCodec()), $"there is a codec {name} already");

    [Fact]
    public void A_step_has_a_name_of_its_own_and_gives_names_that_can_have_a_value()
    {
        Refused(() => Known.WithStep("sigv4", [], _ => Task.FromResult(Nothing)), "there is a step sigv4 already");
        Refused(
            () => Known.WithStep("sign", ["env"], _ => Task.FromResult(Nothing)),
            "the step sign cannot give env a value: placeholders call something else by this name");
    }

    [Fact]
    public void A_function_takes_at_least_one_argument() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Known.WithFunction("seven", 0, _ => [7]));

    [Theory]
    [InlineData("@{hex(reversed('abc'))}", "636261")]
    [InlineData("@{hex(joined(unhex('00ff'), 7))}", "00ff37")]
    [InlineData("@{base64(reversed(reversed('abc')))}", "YWJj")]
    [InlineData("@{hex(fails('a')) ?? 'other'}", "other")]
    [InlineData("@{hex(huge('a')) ?? 'other'}", "other")]
    [InlineData("@{hex(nothing('a')) ?? 'other'}", "other")]
    [InlineData("@{hex(reversed(none)) ?? 'other'}", "other")]
    [InlineData("@{hex(reversed('a', 'b')) ?? 'other'}", "other")]
    [InlineData("@{hex(unknown('a')) ?? 'other'}", "other")]
    public void A_function_takes_bytes_and_makes_bytes(string text, string filled) =>
        Assert.Equal(filled, Template.Parse(text).Fill(Scope()));

    [Fact]
    public void A_function_may_use_its_array_again()
    {
        var shared = new byte[1];
        var scope = new TemplateScope
        {
            Functions = ConversationExtensions.Default.WithFunction("first", 1, args =>
            {
                shared[0] = args[0].Span[0];
                return shared;
            }).Functions,
        };

        Assert.Equal("6162", Template.Parse("@{hex(first('a'), first('b'))}").Fill(scope));
    }

    [Fact]
    public void What_is_made_from_a_secret_is_a_secret()
    {
        var scope = Scope();

        Template.Parse("@{hex(reversed(env.KEY))} @{hex(reversed('abc'))}").Fill(scope);

        Assert.Equal([Convert.ToHexStringLower("yranac"u8)], scope.Made);
    }

    [Theory]
    [InlineData("@{hex(unknown('a'))}", "let: unknown function unknown; known: ")]
    [InlineData("@{hex(reversed('a', 'b'))}", "let: reversed takes 1 value, not 2")]
    [InlineData("@{hex(reversed('a'))}", null)]
    public void What_an_endpoint_asks_for_has_to_be_there(string text, string? reason)
    {
        var rejected = Known.Reject(Endpoint with { Let = new([KeyValuePair.Create("t", ValueTemplate.Text(text))]) });

        Assert.StartsWith(reason ?? "", rejected ?? "", StringComparison.Ordinal);
        Assert.Equal(reason is null, rejected is null);
        Assert.Equal(reason is null, Known.Reject(Endpoint with { Url = new Uri($"ws://feed.test/{text}") }) is null);
    }

    [Fact]
    public void A_codec_and_a_step_have_to_be_there()
    {
        Assert.Equal(
            "decode: there is no codec stomp; known: mqtt, protobuf",
            Known.Reject(Endpoint with { Framing = new FramingSettings { Codec = "stomp" } }));
        Assert.Equal(
            "prepare: there is no step sign; there are none",
            ConversationExtensions.Default.Reject(Endpoint with
            {
                Prepare = [new DialogueStep(null, null, TimeSpan.Zero) { Call = new StepCall("sign") }],
            }));
        Assert.Null(Known.Reject(Endpoint with
        {
            Framing = new FramingSettings { Codec = "mqtt" },
            Prepare = [new DialogueStep(null, null, TimeSpan.Zero) { Call = new StepCall("sigv4") }],
        }));
    }

    [Fact]
    public void A_host_that_names_what_it_does_not_add_does_not_start()
    {
        var services = new ServiceCollection();
        services.AddAkka("x", akka => akka.WithConnectionSupervisor(options =>
            options.Add("feed", "ws://feed.test", endpoint => endpoint with { Framing = new FramingSettings { Codec = "stomp" } })));

        var refused = Assert.Throws<ArgumentException>(
            () => services.BuildServiceProvider().GetRequiredService<Akka.Actor.ActorSystem>());

        Assert.StartsWith("feed: decode: there is no codec stomp; known: mqtt", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_gives_a_setting_a_value_that_it_does_not_take_does_not_start()
    {
        var services = new ServiceCollection();
        services.AddAkka("x", akka => akka.WithConnectionSupervisor(options =>
            options.Add("feed", "ws://feed.test", endpoint => endpoint with { Timeouts = new() { Connect = TimeSpan.Zero } })));

        var refused = Assert.Throws<ArgumentException>(
            () => services.BuildServiceProvider().GetRequiredService<Akka.Actor.ActorSystem>());

        Assert.StartsWith("feed: timeouts.connect: expected a duration longer than 0", refused.Message, StringComparison.Ordinal);
    }

    private static EndpointSettings Endpoint => new() { Id = new EndpointId("feed"), Url = new Uri("ws://feed.test") };

    private static TemplateScope Scope() => new()
    {
        Functions = Known.Functions,
        Secrets = new Dictionary<SecretReference, string> { [new SecretReference(SecretSource.Environment, "KEY")] = "canary" },
    };

    private static void Refused(Func<ConversationExtensions> add, string reason) =>
        Assert.StartsWith(reason, Assert.Throws<ArgumentException>(add).Message, StringComparison.Ordinal);
}
