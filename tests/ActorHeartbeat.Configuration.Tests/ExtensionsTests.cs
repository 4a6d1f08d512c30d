using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>What a host adds to the language, as a configuration uses it.</summary>
public sealed class ExtensionsTests
{
    private static readonly ConversationExtensions Extensions = ConversationExtensions.Default
        .WithFunction("ed25519", 2, args => [.. args[0].Span, .. args[1].Span])
        .WithStep("sigv4", ["signature", "session.id"], _ => Task.FromResult<IReadOnlyDictionary<string, string>>(
            new Dictionary<string, string>()))
        .WithCodec("mexc-protobuf", () => throw new InvalidOperationException("a reader makes no codec"));

    [Theory]
    [InlineData("decode = mexc-protobuf")]
    [InlineData("let { t = \"@{hex(ed25519('a', 'b'))}\" }")]
    [InlineData("prepare = [ { call = sigv4 } ]")]
    [InlineData("prepare = [ { call = sigv4, let { region = \"eu\" }, when = session.id, set { max-age = \"@{/expires}s\" } } ]")]
    public void What_is_added_is_known_and_what_is_shown_is_read_as_the_same(string keys)
    {
        var read = Read(keys);

        Assert.Equal(read, Read(Shown(read)));
        Assert.NotEqual(read, Read(""));
    }

    [Fact]
    public void The_names_that_a_step_gives_may_be_asked_for()
    {
        var read = Read("prepare = [ { call = sigv4 } ], url = \"wss://feed.example.com/ws?s=@{signature}\"");

        Assert.Equal(["signature", "session.id"], read.Prepare.Single().Call!.Gives);
    }

    [Theory]
    [InlineData("decode = mexc-protobuff", "did you mean \"mexc-protobuf\"?")]
    [InlineData("prepare = [ { call = sig4 } ]", "unknown step ***\n*did you mean \"sigv4\"? known: sigv4")]
    [InlineData("let { t = \"@{hex(ed25591('a', 'b'))}\" }", "did you mean \"ed25519\"?")]
    [InlineData("let { t = \"@{hex(ed25519('a'))}\" }", "ed25519 takes 2 values, not 1")]
    [InlineData("let { signature = a }, prepare = [ { call = sigv4 } ]", "signature is captured too; give one of them another name")]
    [InlineData("prepare = [ { call = sigv4, let { t = \"@{signatur}\" } } ]", "did you mean signature?")]
    [InlineData("on-open = [ { call = sigv4 } ]", "a step of the host is called before the dial: call stands in prepare")]
    public void What_is_not_known_is_an_error_that_says_what_was_meant(string keys, string said)
    {
        var errors = ErrorReport.Print(Load(keys).Errors);

        Assert.All(said.Split("\n*"), part => Assert.Contains(part, errors, StringComparison.Ordinal));
    }

    [Fact]
    public void Another_codec_needs_another_connection_and_another_step_the_next_attempt()
    {
        Assert.Equal((ChangeEffect.Reconnect, "decode"), Change("decode = mqtt", "decode = mexc-protobuf"));
        Assert.Equal((ChangeEffect.Reconnect, "decode"), Change("decode = gzip", "decode = mqtt"));
        Assert.Equal((ChangeEffect.NextAttempt, "prepare"), Change("", "prepare = [ { call = sigv4 } ]"));
        Assert.Equal((ChangeEffect.None, ""), Change("decode = mqtt", "decode = mqtt"));
    }

    private static (ChangeEffect Effect, string Keys) Change(string before, string after)
    {
        var change = EndpointChange.Between(Read(before), Read(after));
        return (change.Effect, string.Join(", ", change.Keys));
    }

    private static EndpointSettings Read(string keys) => Load(keys).OrThrow().Endpoints.Single();

    private static LoadResult Load(string keys) => ConfigurationLoader.LoadText(
        $"actor-heartbeat.endpoints.x {{ url = \"wss://feed.example.com/ws\", {keys} }}", "text", _ => null, Extensions);

    private static string Shown(EndpointSettings endpoint)
    {
        var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var key in EndpointSchema.Shape.Keys.Where(key => key.Path is "decode" or "let" or "prepare"))
            {
                json.WritePropertyName(key.Path);
                key.Write(json, endpoint, asWritten: true);
            }
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray())[1..^1];
    }
}
