using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Templates;

public sealed class TemplateTests
{
    private static readonly Dictionary<SecretReference, string> Values = new()
    {
        [new(SecretSource.Environment, "A")] = "a",
        [new(SecretSource.Environment, "QUOTED")] = "say \"hi\"\n\\",
        [new(SecretSource.File, "/run/secrets/b")] = "b",
        [new(SecretSource.File, @"C:\secrets\c")] = "c",
    };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("@{env.A}", "a")]
    [InlineData("x@{env.A}y@{file:/run/secrets/b}", "xayb")]
    [InlineData("@{env.A}@{env.A}", "aa")]
    [InlineData("@@{env.A}", "@{env.A}")]
    [InlineData("@@{ @{env.A} @@{", "@{ a @{")]
    [InlineData("a@b {c} @ {", "a@b {c} @ {")]
    [InlineData(@"@{file:C:\secrets\c}", "c")]
    public void Values_stand_in_the_place_of_references(string text, string filled) =>
        Assert.Equal(filled, Template.Parse(text).Fill(Scope()));

    [Theory]
    [InlineData("@{")]
    [InlineData("@{env.A")]
    [InlineData("@{env.A} @{")]
    [InlineData("@{}")]
    [InlineData("@{env.}")]
    [InlineData("@{env.A B}")]
    [InlineData("@{file:}")]
    [InlineData("@{u.id}")]
    [InlineData("@{env.@{env.HOME}}")]
    [InlineData("@{ENV.A}")]
    public void What_is_no_placeholder_is_refused_without_repeating_it(string text)
    {
        var fault = Template.Reject(text);

        Assert.NotNull(fault);
        Assert.Equal(fault, Assert.Throws<FormatException>(() => Template.Parse(text)).Message);
        Assert.DoesNotContain("uid}", fault.Replace("{uuid}", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_without_one_of_its_values_is_not_filled() =>
        Assert.Null(Template.Parse("@{env.A} @{env.B}").Fill(Scope()));

    [Fact]
    public void Only_references_are_shown()
    {
        var template = Template.Parse("Basic @{env.A}:@{file:/b}!");

        Assert.Equal("***@{env.A}***@{file:/b}***", template.ToString());
        Assert.Equal("***@{env.A}***@{file:/b}***", SecretValue.Template(template.Text).ToString());
        Assert.Equal("Text message with ***@{env.A}***@{file:/b}***", MessageTemplate.Text(template.Text).ToString());
    }

    [Theory]
    [InlineData("{\"t\":\"@{env.QUOTED}\"}", """{"t":"say \\"hi\\"\\n\\\\"}""")]
    [InlineData("{\"t\":\"@{file:C:\\\\secrets\\\\c}\"}", "{\"t\":\"c\"}")]
    [InlineData("[\"@@{\",\"x@{env.A}\"]", "[\"@{\",\"xa\"]")]
    public void A_value_inside_JSON_is_escaped(string json, string filled) =>
        Assert.Equal(filled.Replace("\\\\", "\\", StringComparison.Ordinal), Sent(MessageTemplate.Json(json)));

    [Fact]
    public void A_value_inside_a_text_is_taken_as_it_is() => Assert.Equal("say \"hi\"\n\\!", Sent(MessageTemplate.Text("@{env.QUOTED}!")));

    [Fact]
    public void A_message_that_is_given_is_sent_as_it_is()
    {
        var message = OutboundMessage.Text("@{env.A}");

        MessageTemplate template = message;

        Assert.Same(message, template.Fill(Scope()));
        Assert.Empty(template.References);
    }

    [Fact]
    public void Messages_are_compared_by_content()
    {
        Assert.Equal(MessageTemplate.Text("a"), OutboundMessage.Text("a"));
        Assert.Equal(MessageTemplate.Text("@{env.A}").GetHashCode(), MessageTemplate.Text("@{env.A}").GetHashCode());
        Assert.Equal(MessageTemplate.Text("@{env.A}"), MessageTemplate.Text("@{env.A}"));
        Assert.NotEqual(MessageTemplate.Text("@{env.A}"), MessageTemplate.Text("@{env.B}"));
        Assert.NotEqual(MessageTemplate.Text("\"@{env.A}\""), MessageTemplate.Json("\"@{env.A}\""));
        Assert.NotEqual(MessageTemplate.Text("@{env.A}"), MessageTemplate.Of(OutboundMessage.Text("@{env.A}")));
    }

    private static string Sent(MessageTemplate template) => Encoding.UTF8.GetString(template.Fill(Scope())!.Payload.Span);

    private static TemplateScope Scope() => new() { Secrets = Values };
}
