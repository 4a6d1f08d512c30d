using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

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
        Assert.Equal(expected, Pong.Matches(Encoding.UTF8.GetBytes(message)));
    }

    [Theory]
    [InlineData("/a/1/b", """{"a":[0,{"b":null}]}""", "null", true)]
    [InlineData("/a/2/b", """{"a":[0,{"b":null}]}""", "null", false)]
    [InlineData("/m~1n", """{"m/n":1}""", "1", true)]
    [InlineData("/m~0n", """{"m~n":1.0}""", "1", true)]
    [InlineData("", """{"x":[1]}""", """{"equals":{"x":[1]}}""", true)]
    [InlineData("/x", """{"x":{"b":2,"a":1}}""", """{"equals":{"a":1,"b":2}}""", true)]
    [InlineData("/data/id", """{"data":"{\"id\":7}"}""", "7", true)]
    [InlineData("/data/id/x", """{"data":"{\"id\":\"{\\\"x\\\":1}\"}"}""", "1", true)]
    [InlineData("/data/id", """{"data":"no JSON"}""", "7", false)]
    [InlineData("/data/id", """{"data":"{}"}""", """{"exists":false}""", true)]
    public void Pointers_are_those_of_RFC_6901(string pointer, string message, string value, bool expected)
    {
        var pattern = new MessagePattern.Json([new JsonExpectation(pointer, value)]);

        Assert.Equal(expected, pattern.Matches(Encoding.UTF8.GetBytes(message)));
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

    [Theory]
    [InlineData("""{"exists":true}""", "null", true)]
    [InlineData("""{"exists":"on"}""", "{}", true)]
    [InlineData("""{"exists":false}""", "null", false)]
    [InlineData("""{"exists":true}""", null, false)]
    [InlineData("""{"exists":"off"}""", null, true)]
    [InlineData("""{"not":200}""", "201", true)]
    [InlineData("""{"not":200}""", "200.0", false)]
    [InlineData("""{"not":200}""", "\"200\"", true)]
    [InlineData("""{"not":200}""", null, false)]
    [InlineData("""{"one-of":[1,"a",null]}""", "\"a\"", true)]
    [InlineData("""{"one-of":[1,"a",null]}""", "null", true)]
    [InlineData("""{"one-of":[1,"a",null]}""", "2", false)]
    [InlineData("""{"prefix":"rate"}""", "\"rate limit\"", true)]
    [InlineData("""{"suffix":"rate"}""", "\"rate limit\"", false)]
    [InlineData("""{"contains":"te l"}""", "\"rate limit\"", true)]
    [InlineData("""{"contains":"1"}""", "1", false)]
    [InlineData("""{"regex":"^[a-z]+:\\d+$"}""", "\"tag:42\"", true)]
    [InlineData("""{"regex":"^[a-z]+:\\d+$"}""", "\"tag:\"", false)]
    [InlineData("""{"above":5}""", "5.000000000000000000000001", true)]
    [InlineData("""{"above":5}""", "5", false)]
    [InlineData("""{"above":5,"below":7}""", "6", true)]
    [InlineData("""{"below":7}""", "1e400", false)]
    [InlineData("""{"above":5}""", "\"6\"", false)]
    [InlineData("""{"type":"array"}""", "[]", true)]
    [InlineData("""{"type":"boolean"}""", "false", true)]
    [InlineData("""{"type":"number"}""", "\"1\"", false)]
    [InlineData("""{"has":"BTC"}""", "[\"ETH\",\"BTC\"]", true)]
    [InlineData("""{"has":{"a":1}}""", "[{\"a\":1.0}]", true)]
    [InlineData("""{"has":"BTC"}""", "\"BTC\"", false)]
    [InlineData("""{"equals":{"exists":true}}""", """{"exists":true}""", true)]
    public void Conditions_hold_for_the_value_of_a_pointer(string conditions, string? value, bool expected)
    {
        var pattern = new MessagePattern.Json([new JsonExpectation("/v", conditions)]);

        Assert.Equal(expected, pattern.Matches(Encoding.UTF8.GetBytes(value is null ? "{}" : $"{{\"v\":{value}}}")));
    }

    [Theory]
    [InlineData("""{"v":"\ud800"}""")]
    [InlineData("""{"v":0e99999999999999999999}""")]
    [InlineData("""{"\ud800":1,"v":"x\ud800"}""")]
    [InlineData("""{"v":"{\"w\":\"\ud800\"}"}""")]
    public void A_message_that_cannot_be_read_matches_nothing(string message)
    {
        foreach (var conditions in (string[])["0", "\"x\"", "{\"contains\":\"x\"}", "{\"not\":0}", "{\"above\":0}", "{\"has\":1}"])
        {
            foreach (var pointer in (string[])["/v", "/v/w"])
                new MessagePattern.Json([new JsonExpectation(pointer, conditions)]).Matches(Encoding.UTF8.GetBytes(message));
        }
    }

    [Theory]
    [InlineData("7B2261223A22FF222C2262223A2278227D")] // {"a":"\xFF","b":"x"}
    [InlineData("7B2261223A5B22FF225D2C2262223A2278227D")] // {"a":["\xFF"],"b":"x"}
    [InlineData("7B2261223A225C7564383030222C2262223A2278227D")] // {"a":"\ud800","b":"x"}
    public void What_is_no_text_beside_what_matches_is_not_read(string hex)
    {
        var message = Convert.FromHexString(hex);
        var found = new Dictionary<string, string?>();
        var pattern = new MessagePattern.Json([
            new JsonExpectation("/a", """{"exists":true}"""),
            new JsonExpectation("/b", """{"regex":"(?<name>.+)"}"""),
        ]);

        Assert.True(pattern.Matches(message));
        pattern.Capture(message, found.Add);
        pattern.Look(message, found.Add);

        Assert.Equal(["name", "/a", "/b"], found.Keys);
        Assert.Equal("x", found["name"]);
        Assert.Null(MessageAtHand.Read(message, ["/a"]).Find("/a"));
        Assert.NotNull(MessageAtHand.Read(message, ["/b"]).Find("/b"));
    }

    [Theory]
    [InlineData("{\"op\":1}")]
    [InlineData("{\"exists\":1}")]
    [InlineData("{\"prefix\":1}")]
    [InlineData("{\"one-of\":1}")]
    [InlineData("{\"above\":\"1\"}")]
    [InlineData("{\"type\":\"text\"}")]
    [InlineData("{\"regex\":\"(\"}")]
    [InlineData("{\"regex\":\"(a)\\\\1\"}")]
    public void A_malformed_condition_is_refused(string conditions) =>
        Assert.Throws<ArgumentException>(() => new JsonExpectation("/a", conditions));

    [Theory]
    [InlineData("""{"prefix":"PING "}""", "PING 7", true)]
    [InlineData("""{"prefix":"PING "}""", "PING", false)]
    [InlineData("""{"suffix":"é"}""", "caf\u00e9", true)]
    [InlineData("""{"contains":"x","not":"x"}""", "xx", true)]
    [InlineData("""{"contains":"x","not":"x"}""", "x", false)]
    [InlineData("""{"one-of":["2","3"]}""", "3", true)]
    [InlineData("""{"equals":"3"}""", "33", false)]
    [InlineData("""{"regex":"^PING( .*)?$"}""", "PING :abc", true)]
    public void Conditions_hold_for_a_text(string conditions, string text, bool expected) =>
        Assert.Equal(expected, new MessagePattern.TextWhere(conditions).Matches(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_regex_does_not_match_what_is_no_text() =>
        Assert.False(new MessagePattern.TextWhere("""{"regex":"."}""").Matches([0x41, 0xFF]));

    [Theory]
    [InlineData("9003????00", "9003ABCD00", true)]
    [InlineData("9003????00", "9003ABCD01", false)]
    [InlineData("9003????00", "9003ABCD", false)]
    [InlineData("?f", "af", true)]
    [InlineData("?f", "ae", false)]
    public void Bytes_are_compared_where_they_are_given(string hex, string message, bool expected) =>
        Assert.Equal(expected, new MessagePattern.Bytes(hex).Matches(Convert.FromHexString(message)));

    [Fact]
    public void JSON_may_stand_behind_a_text()
    {
        var pattern = new MessagePattern.Json([new JsonExpectation("/0", "\"open\"")]) { After = "42" };

        Assert.True(pattern.Matches("42[\"open\"]"u8));
        Assert.False(pattern.Matches("[\"open\"]"u8));
        Assert.False(pattern.Matches("43[\"open\"]"u8));
        Assert.NotEqual(pattern, pattern with { After = "43" });
        Assert.Equal(pattern, pattern with { After = "42" });
    }

    [Fact]
    public void All_or_one_of_several_patterns_may_have_to_match()
    {
        MessagePattern json = new MessagePattern.Json([new JsonExpectation("/op", "\"pong\"")]);
        MessagePattern text = new MessagePattern.TextWhere("""{"contains":"pong"}""");

        Assert.True(new MessagePattern.Any([json, text]).Matches("pong"u8));
        Assert.False(new MessagePattern.All([json, text]).Matches("pong"u8));
        Assert.True(new MessagePattern.All([json, text]).Matches("{\"op\":\"pong\"}"u8));
        Assert.False(new MessagePattern.Any([json, text]).Matches("ping"u8));
    }

    [Fact]
    public void A_whole_text_is_compared_byte_by_byte()
    {
        var pong = new MessagePattern.Text("pong");

        Assert.True(pong.Matches("pong"u8));
        Assert.False(pong.Matches("pong "u8));
    }
}
