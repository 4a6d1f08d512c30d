using System.Text.Encodings.Web;
using System.Text.Json;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Tests.Transport;

public class PeerTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("quota exhausted: 50 % über", "quota exhausted: 50 % über")]
    [InlineData("a\r\nb\tc", "a\\r\\nb\\tc")]
    [InlineData("\u001b[2Jgone", "\\x1b[2Jgone")]
    [InlineData("\u009b2J", "\\x9b2J")]
    [InlineData("abc\u202edef\u2066", "abc\\u202edef\\u2066")]
    [InlineData("a\u2028b\ufeff", "a\\u2028b\\ufeff")]
    [InlineData("\U000e0041", "\\U000e0041")]
    public void Control_and_formatting_characters_are_escaped(string? text, string shown) => Assert.Equal(shown, PeerText.Of(text));

    [Fact]
    public void Text_ends_at_the_bound_and_never_inside_an_escape()
    {
        Assert.Equal(new string('x', 512), PeerText.Of(new string('x', 512)));
        Assert.Equal(new string('x', 511) + "…", PeerText.Of(new string('x', 513)));
        Assert.Equal("abcd…", PeerText.Of("abcd\u202eef", 8));
    }

    [Fact]
    public void A_JSON_document_reads_the_same_when_it_is_escaped()
    {
        var json = JsonSerializer.Serialize(
            "a\u202eb\u2028c\u009b\U000e0041\"ü", new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        var shown = PeerText.OfJson(json);

        Assert.DoesNotContain(shown, letter => letter is '\u202e' or '\u2028' or '\u009b' || char.IsSurrogate(letter));
        Assert.Equal(JsonSerializer.Deserialize<string>(json), JsonSerializer.Deserialize<string>(shown));
    }

    [Theory]
    [InlineData("it was SECRET-token, secret-token", "it was ***, ***")]
    [InlineData("it was cut: secret-t", "it was cut: ***")]
    [InlineData("it was cut: sec", "it was cut: sec")] // as short as a word
    [InlineData("abc is too short", "abc is too short")]
    [InlineData("nothing", "nothing")]
    public void Secrets_are_masked_whole_and_where_they_are_cut(string text, string shown) =>
        Assert.Equal(shown, PeerText.Hide(text, ["secret-token", "abc"]));

    [Fact]
    public void Bytes_are_ASCII_or_escaped() => Assert.Equal("a\\xc3(\\x00", PeerText.OfBytes([(byte)'a', 0xc3, 0x28, 0]));
}
