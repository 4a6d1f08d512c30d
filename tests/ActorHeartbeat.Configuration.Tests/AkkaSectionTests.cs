using ActorHeartbeat.Configuration.Loading;
using Akka.Configuration;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>Akka.NET's own parser reads the text that our reader has resolved; both must find the same values.</summary>
public sealed class AkkaSectionTests
{
    [Theory]
    [InlineData("""a = "say \"x\" twice \"\"" """, "say \"x\" twice \"\"")]
    [InlineData("""a = "C:\\new\\tmp\\" """, "C:\\new\\tmp\\")]
    [InlineData("""a = "one\ntwo\tthree\r\nfour" """, "one\ntwo\tthree\r\nfour")]
    [InlineData("a = \"\"\"one\n \"two\" \\n\"\"\"", "one\n \"two\" \\n")]
    [InlineData("""a = "\u00e9 \ud83d\ude00 \u0007 \/" """, "\u00e9 \ud83d\ude00 \u0007 /")]
    [InlineData("""a = "}{][,:=+#//${x}" """, "}{][,:=+#//${x}")]
    [InlineData("""a = "" """, "")]
    [InlineData("a = 12345678901234567890", "12345678901234567890")]
    [InlineData("a = -1.5e-3", "-1.5e-3")]
    [InlineData("a = 010s", "010s")]
    [InlineData("a = 10 s", "10 s")]
    [InlineData("a = on", "on")]
    [InlineData("a = true", "true")]
    [InlineData("a = null", null)]
    [InlineData("a = ${b}-${b}, b = 7", "7-7")]
    public void A_value_arrives_as_it_is(string section, string? expected)
    {
        Assert.Equal(expected, Read(section).GetString("akka.a"));
    }

    [Theory]
    [InlineData("k.e.y")]
    [InlineData("System.Collections.Generic.List`1[[System.String, mscorlib]], mscorlib")]
    [InlineData("Acme.Outer+Inner, Acme")]
    [InlineData("/user/*/with space")]
    [InlineData("a{b}=c:d,e#f//g$h")]
    [InlineData("say \\\"x\\\"")]
    [InlineData("back\\\\slash")]
    [InlineData("\u00e9\ud83d\ude00")]
    public void A_quoted_key_arrives_as_it_is(string key)
    {
        var name = key.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

        var bindings = Read($"actor.serialization-bindings {{ \"{key}\" = mine }}")
            .GetConfig("akka.actor.serialization-bindings")
            .Root.GetObject()
            .Items;

        Assert.Equal([(name, "mine")], bindings.Select(binding => (binding.Key, binding.Value.GetString())));
    }

    [Fact]
    public void Lists_and_objects_arrive_whole()
    {
        var config = Read("""none = [], empty {}, list = [1, "a, b", "", null, { x = [2, 3] }, [4]], deep { a.b.c = 1, a { b.d = 2 } }""");

        Assert.Empty(config.GetStringList("akka.none"));
        Assert.True(config.GetValue("akka.empty").IsObject());
        var list = config.GetValue("akka.list").GetArray();
        Assert.Equal(["1", "a, b", "", null], list.Take(4).Select(value => value.GetString()));
        Assert.Equal(["2", "3"], list[4].GetObject().GetKey("x").GetStringList());
        Assert.Equal(["4"], list[5].GetStringList());
        Assert.Equal(("1", "2"), (config.GetString("akka.deep.a.b.c"), config.GetString("akka.deep.a.b.d")));
    }

    [Fact]
    public void Quoted_blanks_and_a_quoted_null_do_not_survive_the_other_parser()
    {
        var config = Read("""blanks = " x ", word = "null" """);

        Assert.Equal(("x", null), (config.GetString("akka.blanks"), config.GetString("akka.word")));
    }

    [Theory]
    [InlineData("akka = 5", "text:1:8: akka: found 5; expected an object")]
    [InlineData("akka = [1]", "text:1:8: akka: found a list; expected an object")]
    public void An_akka_section_that_is_not_an_object_is_refused(string text, string expected)
    {
        Assert.StartsWith(expected, Assert.Single(ConfigurationLoader.LoadText(text).Errors).ToString(), StringComparison.Ordinal);
    }

    private static Config Read(string section)
    {
        var text = $"akka {{ {section}\n}}".Replace("${b}", "${akka.b}", StringComparison.Ordinal);
        return ConfigurationFactory.ParseString($"akka {ConfigurationLoader.LoadText(text).OrThrow().Akka}");
    }
}
