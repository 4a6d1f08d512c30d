using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Endpoints;

public class MessagePatternTests
{
    private static readonly MessagePattern Pong = new MessagePattern.Json([
        new JsonExpectation("/type", "\"ping\""),
        new JsonExpectation("/status", "\"pong\""),
    ]);

    [Theory]
    [InlineData("""{"type":"ping","status":"pong"}""", true)]
    [InlineData("""{ "status" : "pong", "more": [1, 2], "type" : "ping" }""", true)]
    [InlineData("""{"type":"ping","st\u0061tus":"pong"}""", true)]
    [InlineData("""{"type":"ping","status":"p\u006fng"}""", true)]
    [InlineData("""{"type":"ping","status":"ping"}""", false)]
    [InlineData("""{"type":"ping"}""", false)]
    [InlineData("""{"type":"ping","status":"pong" """, false)]
    [InlineData("""["type","status"]""", false)]
    [InlineData("pong", false)]
    [InlineData("", false)]
    public void A_JSON_pattern_matches_by_pointer_and_value(string message, bool expected)
    {
        Assert.Equal(expected, Pong.Matches(MessageKind.Text, Encoding.UTF8.GetBytes(message)));
    }

    [Theory]
    [InlineData("/a/1/b", """{"a":[0,{"b":null}]}""", "null", true)]
    [InlineData("/a/2/b", """{"a":[0,{"b":null}]}""", "null", false)]
    [InlineData("/m~1n", """{"m/n":1}""", "1", true)]
    [InlineData("/m~0n", """{"m~n":1.0}""", "1", true)]
    [InlineData("", """{"x":[1]}""", """{"x":[1]}""", true)]
    [InlineData("/x", """{"x":{"b":2,"a":1}}""", """{"a":1,"b":2}""", true)]
    public void Pointers_are_those_of_RFC_6901(string pointer, string message, string value, bool expected)
    {
        var pattern = new MessagePattern.Json([new JsonExpectation(pointer, value)]);

        Assert.Equal(expected, pattern.Matches(MessageKind.Text, Encoding.UTF8.GetBytes(message)));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("/a~2")]
    [InlineData("/a~")]
    public void A_malformed_pointer_is_refused(string pointer)
    {
        Assert.NotNull(JsonExpectation.RejectPointer(pointer));
        Assert.Throws<ArgumentException>(() => new JsonExpectation(pointer, "1"));
    }

    [Fact]
    public void Text_is_compared_as_a_whole_and_binary_never_matches()
    {
        var pong = new MessagePattern.Text("pong");

        Assert.True(pong.Matches(MessageKind.Text, "pong"u8));
        Assert.False(pong.Matches(MessageKind.Text, "pong "u8));
        Assert.False(pong.Matches(MessageKind.Binary, "pong"u8));
    }

    [Fact]
    public void A_message_is_an_answer_an_ask_or_data()
    {
        var heartbeat = new HeartbeatSettings
        {
            Mode = HeartbeatMode.Text,
            Send = OutboundMessage.Text("ping"),
            Expect = new MessagePattern.Text("pong"),
            Reply = new HeartbeatReply(new MessagePattern.Text("are you there"), OutboundMessage.Text("yes")),
        };

        Assert.Equal(HeartbeatRole.Answer, HeartbeatDialect.Classify(heartbeat, MessageKind.Text, "pong"u8));
        Assert.Equal(HeartbeatRole.Ask, HeartbeatDialect.Classify(heartbeat, MessageKind.Text, "are you there"u8));
        Assert.Equal(HeartbeatRole.Data, HeartbeatDialect.Classify(heartbeat, MessageKind.Text, "pong!"u8));
    }
}
