using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>The keys about frames and messages, as read and as shown.</summary>
public sealed class FramingSettingsTests
{
    public static TheoryData<string, FramingSettings> Spellings => new()
    {
        { "", new FramingSettings() },
        { "decode = off, split = off, end-with = \"\", deliver-as = frames", new FramingSettings() },
        { "decode = gzip", new FramingSettings { Decode = FrameCoding.Gzip } },
        { "decode = deflate", new FramingSettings { Decode = FrameCoding.Deflate } },
        { "decode = auto", new FramingSettings { Decode = FrameCoding.Auto } },
        { "decode = zlib-stream", new FramingSettings { Decode = FrameCoding.ZlibStream } },
        { "decode = mqtt, deliver-as = messages", new FramingSettings { Codec = "mqtt", DeliverAs = DeliverAs.Messages } },
        { "split = lines", new FramingSettings { Split = MessageSplit.Lines } },
        { "split = array", new FramingSettings { Split = MessageSplit.Array } },
        { "split = \"\\u001e\"", new FramingSettings { Split = MessageSplit.Behind("\u001e") } },
        { "split = Lines", new FramingSettings { Split = MessageSplit.Behind("Lines") } },
        { "split = \" \"", new FramingSettings { Split = MessageSplit.Behind(" ") } },
        { "end-with = \"\\r\\n\"", new FramingSettings { EndWith = "\r\n" } },
        { "end-with = \" \"", new FramingSettings { EndWith = " " } },
        { "decode = gzip, deliver-as = decoded", new FramingSettings { Decode = FrameCoding.Gzip, DeliverAs = DeliverAs.Decoded } },
        { "split = array, deliver-as = messages", new FramingSettings { Split = MessageSplit.Array, DeliverAs = DeliverAs.Messages } },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Every_spelling_is_read_and_what_is_shown_is_read_as_the_same(string keys, FramingSettings expected)
    {
        var read = Read(keys);

        Assert.Equal(expected, read.Framing);
        Assert.Equal(expected, Read(Shown(read)).Framing);
    }

    [Fact]
    public void An_endpoint_takes_back_what_a_template_splits()
    {
        var configuration = ConfigurationLoader
            .LoadText(
                """
                actor-heartbeat {
                  templates.t { split = lines, end-with = a }
                  endpoints.x { url = "wss://a", templates = [t], split = off, end-with = "" }
                }
                """,
                "text",
                _ => null)
            .OrThrow();

        Assert.Equal(new FramingSettings(), Assert.Single(configuration.Endpoints).Framing);
    }

    private static EndpointSettings Read(string keys) =>
        Assert.Single(
            ConfigurationLoader.LoadText($"actor-heartbeat.endpoints.x {{ url = \"wss://a\", {keys} }}", "text", _ => null)
                .OrThrow().Endpoints);

    private static string Shown(EndpointSettings settings) =>
        string.Join(
            ", ",
            EndpointSchema.Shape.Keys
                .Where(key => key.Path is "decode" or "split" or "end-with" or "deliver-as")
                .Select(key => $"{key.Path} = {Json(json => key.Write(json, settings, asWritten: false))}"));

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
            write(json);
        return Encoding.UTF8.GetString(written.ToArray());
    }
}
