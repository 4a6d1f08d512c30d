using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Tests.Protocol;

public sealed class SecretWordsTests
{
    [Theory]
    [InlineData("""{"token":"abc","n":5}""", """{"token":"***","n":5}""")]
    [InlineData("""{"token":5}""", """{"token":"***"}""")]
    [InlineData("""{"token":"@{env.X}"}""", """{"token":"@{env.X}"}""")]
    [InlineData("""42["join",{"token":"a\"b"}]""", """42["join",{"token":"***"}]""")]
    [InlineData("""{"data":"{\"token\":\"abc\",\"n\":5}"}""", """{"data":"{\"token\":\"***\",\"n\":5}"}""")]
    [InlineData("""{"data":"{\"token\" : \"a\\\"b\\\\c\\nd\"}"}""", """{"data":"{\"token\" : \"***\"}"}""")]
    [InlineData("""{"data":"{\"token\":5}"}""", """{"data":"{\"token\":\"***\"}"}""")]
    [InlineData("""{"data":"{\"token\":\"@{env.X}\"}"}""", """{"data":"{\"token\":\"@{env.X}\"}"}""")]
    [InlineData("""{"data":"{\"token\":\"abc""", """{"data":"{\"token\":\"***""")]
    [InlineData("""{"url":"wss://h/p?access_token=abc&id=5"}""", """{"url":"wss://h/p?access_token=***&id=5"}""")]
    [InlineData("""{"url":"wss://h/p?id=5&token=@{url(ticket)}"}""", """{"url":"wss://h/p?id=5&token=@{url(ticket)}"}""")]
    [InlineData("wss://h/p?id=5 said token=abc", "wss://h/p?id=5 said token=abc")]
    public void Values_beside_names_that_sound_secret_are_masked(string text, string shown) =>
        Assert.Equal(shown, SecretWords.Hide(text));
}
