namespace ActorHeartbeat.Hocon.Tests;

public sealed class SubstitutionTests
{
    [Theory]
    // Forward references, resolved lazily, with types kept.
    [InlineData("a = ${b}, b = 5", """{"a":5,"b":5}""")]
    [InlineData("a = ${b.c}\nb { c = [1] }", """{"a":[1],"b":{"c":[1]}}""")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }", """{"bar":{"foo":42,"baz":42}}""")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }\nbar : { foo : 43 }", """{"bar":{"foo":43,"baz":43}}""")]
    [InlineData(
        "bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}"""
    )]
    [InlineData(
        "base { url = \"http://\"${svc.host} }\nsvc = ${base} { host = x }",
        """{"base":{"url":"http://x"},"svc":{"url":"http://x","host":"x"}}"""
    )]
    [InlineData("t { y = ${a.z} }\na = ${t} { z = 3 }", """{"t":{"y":3},"a":{"y":3,"z":3}}""")]
    [InlineData("t { y = 5 }\na = ${t} { x = ${a.y} }", """{"t":{"y":5},"a":{"y":5,"x":5}}""")]
    [InlineData("a = null, b = ${a}", """{"a":null,"b":null}""")]
    [InlineData("a = null, b = x${a}", """{"a":null,"b":"xnull"}""")]
    // References to earlier values.
    [InlineData("path = \"a:b:c\"\npath = ${path}\":d\"", """{"path":"a:b:c:d"}""")]
    [InlineData("a = 1, a = ${a}2, a = ${a}3", """{"a":"123"}""")]
    [InlineData("a = ${?a}foo", """{"a":"foo"}""")]
    [InlineData("foo : ${?foo}", "{}")]
    [InlineData("foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", """{"foo":{"a":2,"c":1}}""")]
    [InlineData("foo : { a : 1 }\nfoo : ${foo}", """{"foo":{"a":1}}""")]
    [InlineData("a.b = 1, a.b = ${a.b} 2", """{"a":{"b":"1 2"}}""")]
    [InlineData("a = { b : 5 }, a = ${a.b}", """{"a":5}""")]
    [InlineData("a = [1], a = ${a} [2], a = ${a} [3]", """{"a":[1,2,3]}""")]
    [InlineData("a = 1, a = ${b}, b = ${a}", """{"a":1,"b":1}""")]
    [InlineData("a = {k:{z:1}}, a = ${c}, c = ${a.k}", """{"a":{"k":{"z":1},"z":1},"c":{"z":1}}""")]
    // Missing values.
    [InlineData("a = 1, a = ${?x}", """{"a":1}""")]
    [InlineData("a = [1, ${?x}, 2]", """{"a":[1,2]}""")]
    [InlineData(
        "a = x${?x}y, b = ${?x} [1], c = ${?x} {d:1}, d = ${?x}${?y}, e = ${?x} ${?y}",
        """{"a":"xy","b":[1],"c":{"d":1},"e":" "}"""
    )]
    [InlineData("a = foo ${?x}, b = ${?x} foo", """{"a":"foo ","b":" foo"}""")]
    // Hidden values.
    [InlineData("foo : ${nope}\nfoo : 42", """{"foo":42}""")]
    [InlineData("foo : ${foo}, foo : 42", """{"foo":42}""")]
    [InlineData("foo : ${nope}, foo : [1]", """{"foo":[1]}""")]
    // +=
    [InlineData("a += 1, a += 2", """{"a":[1,2]}""")]
    [InlineData("a = [0], a += ${b}, b = x", """{"a":[0,"x"],"b":"x"}""")]
    [InlineData("a.b.c += 1, a { b { c += 2 } }", """{"a":{"b":{"c":[1,2]}}}""")]
    [InlineData("a = ${b}, a += 3, b = [1, 2]", """{"a":[1,2,3],"b":[1,2]}""")]
    // Objects from substitutions.
    [InlineData("g { s = 6 }\ne = ${g} { name = east }", """{"g":{"s":6},"e":{"s":6,"name":"east"}}""")]
    [InlineData("g { s { x = 1 } }\ne = ${g}\ne.s.y = 2", """{"g":{"s":{"x":1}},"e":{"s":{"x":1,"y":2}}}""")]
    [InlineData("g { s { x = 1 } }\ne { s { x = 0, z = 0 } }\ne = ${g}", """{"g":{"s":{"x":1}},"e":{"s":{"x":1,"z":0}}}""")]
    [InlineData(
        "a { x = 1 }, b { y = 2 }, c = ${a} ${b}, d = ${a}${b}{z:3}",
        """{"a":{"x":1},"b":{"y":2},"c":{"x":1,"y":2},"d":{"x":1,"y":2,"z":3}}"""
    )]
    [InlineData("a = [1], b = [2], c = ${a} ${b}, d = ${a}[3]", """{"a":[1],"b":[2],"c":[1,2],"d":[1,3]}""")]
    [InlineData("a { \"0\" = x, \"1\" = y }, b = ${a} [z]", """{"a":{"0":"x","1":"y"},"b":["x","y","z"]}""")]
    [InlineData("a { b = ${?a.b} }\na = ${a}", """{"a":{}}""")]
    [InlineData("a = {b : ${?a}}", """{"a":{}}""")]
    [InlineData("a = { b : ${c} }, c = { d : ${?a} }", """{"a":{"b":{}},"c":{}}""")]
    public void Resolves(string text, string expected)
    {
        var json = Reading.Json(text);

        Assert.Equal(expected, json);
    }

    [Theory]
    [InlineData("long = ${b}", "text:1:8: ${b} has no value (tried b, environment)")]
    [InlineData(
        "site.desks = 1\na = ${site.desk}", "text:2:5: ${site.desk} has no value (tried site.desk, environment); nearest: site.desks")]
    [InlineData("foo : ${foo}", "text:1:7: ${foo} refers to itself: there is no earlier value of \"foo\"")]
    [InlineData("bar = ${foo}\nfoo = ${bar}", "text:2:7: ${bar} is a cycle: bar -> foo -> bar")]
    [InlineData("a = ${b}\nb = ${c}\nc = ${a}", "text:3:5: ${a} is a cycle: a -> b -> c -> a")]
    [InlineData("a = { b : ${a} }", "text:1:11: \"b\" contains itself")]
    [InlineData("a = [${a}]", "text:1:6: this list contains itself")]
    [InlineData("a = [1], a = [${a}]", "text:1:15: this list contains itself")]
    [InlineData("a = 5, a += 1", "text:1:13: a number and a list cannot stand side by side in one value")]
    [InlineData("a = ${missing}\na = { x = 1 }", "text:1:5: ${missing} has no value (tried missing, environment)")]
    [InlineData("a = [1], b = ${a} x", "text:1:19: a list and a string cannot stand side by side in one value")]
    public void Refuses(string text, string expected)
    {
        Assert.StartsWith(expected, Reading.Errors(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a = ${b}\nb = ${a}", "text:2:5: ${a} is a cycle: a -> b -> a")]
    [InlineData("x.a = ${x.b}\nx.b = ${x.a}\nc = ${x.a}", "text:2:7: ${x.a} is a cycle: x.a -> x.b -> x.a")]
    [InlineData(
        "a = ${no}\nb = ${a}\nc = [${b}] ${x}\nx = y",
        "text:1:5: ${no} has no value (tried no, environment)\ntext:3:12: a list and a string cannot stand side by side in one value")]
    [InlineData("a = 1\nb = ${c}", "text:2:5: ${c} has no value (tried c, environment)")]
    [InlineData("C = 1\nb = ${c}", "text:2:5: ${c} has no value (tried c, environment); nearest: C")]
    public void An_error_is_reported_once(string text, string expected)
    {
        Assert.Equal(expected, Reading.Errors(text));
    }

    [Fact]
    public void The_environment_is_asked_only_for_what_the_tree_does_not_have()
    {
        Assert.Equal(
            """{"a":"1","b":"","c":null,"d":null}""",
            Reading.Json("a = ${A}, b = ${B}, c = null, d = ${c}", ("A", "1"), ("B", ""), ("c", "x")));
        Assert.Equal("""{"a":{"b":"e"}}""", Reading.Json("a { b = ${X} }", ("X", "e"), ("a.b", "no")));
    }

    [Fact]
    public void Numbered_variables_are_a_list()
    {
        Assert.Equal("""{"a":["x","y"],"b":["x","y","z"]}""", Reading.Json("a = ${L}, b = ${L} [z]", ("L.0", "x"), ("L.1", "y")));
    }
}
