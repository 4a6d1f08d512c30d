using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>A text stands in every place that can hold a secret, and nothing that an operator sees may repeat it.</summary>
public sealed class SecretCanaryTests
{
    private const string Canary = "Kanarienvogel";

    /// <summary>Every key that can hold a secret, with one in it.</summary>
    private static readonly string[] Secrets =
    [
        """url = "wss://feed.example.com:9443/Kanarienvogel/v1?listenKey=Kanarienvogel" """,
        """urls = ["wss://b.example.com/Kanarienvogel"]""",
        """proxy = "http://Kanarienvogel:Kanarienvogel@proxy:3128/Kanarienvogel" """,
        "headers { X-Sign = Kanarienvogel, X-Key { env = FEED_KEY } }",
        "subprotocols = [v1, auth-Kanarienvogel]",
        """heartbeat { mode = json, send { op = login, args = [Kanarienvogel, { jwt = Kanarienvogel }] } }""",
        """heartbeat.expect { "/pwd" = Kanarienvogel }""",
        """heartbeat.reply { match { "/a" { prefix = Kanarienvogel } }, send = "PONG Kanarienvogel" }""",
        """heartbeat.let { beat = Kanarienvogel, h { x = [ "Kanarienvogel @{uuid}" ] } }""",
        """let { k = Kanarienvogel, claims { sub = [ Kanarienvogel, "Kanarienvogel @{k}" ] } }""",
        """
        on-open = [ { send = "LOGIN Kanarienvogel", expect = "OK Kanarienvogel" }, { send { sig = Kanarienvogel } }
                    { let { s = Kanarienvogel, t { u = "Kanarienvogel @{s}" } }, send = "@{s}", expect { "/a" = "Kanarienvogel @{s}" }
                      capture { id = "Kanarienvogel @{/id} Kanarienvogel", session { key = "Kanarienvogel @{/a ?? /b}" } }
                      set { heartbeat.interval = "Kanarienvogel@{/i}s" } } ]
        """,
        """
        on-message = [ { match = Kanarienvogel, reply { k = "Kanarienvogel @{/id}" } }
                       { match { "/a" = Kanarienvogel }, then = retry-after, after = "9Kanarienvogel@{/a}s" }
                       { match = "Kanarienvogel @{id}", capture.session.seen = "Kanarienvogel @{text}"
                         set.max-age = "Kanarienvogel@{/m}s" } ]
        """,
        "secrets = [id, session.key]",
        """on-close = [ "LOGOUT Kanarienvogel", { auth = Kanarienvogel } ]""",
        """max-age { age = 1h, ready-when { any = [ { text { contains = Kanarienvogel } }, { after = Kanarienvogel, "/0" = 1 } ] } }""",
    ];

    /// <summary>What is wrong beside a secret, which stands for {0}.</summary>
    private static readonly string[] Mistakes =
    [
        "{0}, zebra = 1", // an unknown key beside it
        "{0}, timeouts.connect = soon",
        "{0}, group = nowhere",
        "{0}, templates = [nowhere]",
        "{0}, backoff { initial = 9s, max = 1s }",
        "{0} }", // a syntax error on the same line
        "{0}, = 5",
        "{0} : 5",
        "{0}, open = [",
        "{0} // Kanarienvogel\n zebra = 1 # Kanarienvogel",
        "{0}, include required(\"nowhere.conf\")",
        "{0}, labels.a = ${nowhere}",
    ];

    /// <summary>Wrong values of keys that give values to names, or ask for them.</summary>
    private static readonly string[] WrongNames =
    [
        "let = Kanarienvogel",
        "let { now = Kanarienvogel }",
        "let { a = \"Kanarienvogel @{a}\" }",
        "let { a = \"Kanarienvogel @{counter}\" }",
        "let { a = \"Kanarienvogel @{/b}\" }",
        "let { a = [ Kanarienvogel, { b = \"Kanarienvogel @{nobody}\" } ] }",
        "let { a = Kanarienvogel }, on-open = [ { let { a = Kanarienvogel }, send = \"Kanarienvogel @{a}\" } ]",
        "let { a = Kanarienvogel }, on-message = [ { match = Kanarienvogel, capture { a = \"/a\" } } ]",
        "secrets = Kanarienvogel",
        "secrets = [Kanarienvogel]",
        "secrets = [\"a Kanarienvogel\"]",
        "secrets = [ { env = Kanarienvogel } ]",
        "on-open = [ { expect = x, capture = Kanarienvogel } ]",
        "on-open = [ { expect = x, capture { a = Kanarienvogel } } ]",
        "on-open = [ { expect = x, capture { a = [ Kanarienvogel ] } } ]",
        "on-open = [ { expect = x, capture { a = \"/Kanarienvogel x\" } } ]",
        "on-open = [ { expect = x, capture { a = \"/Kanarienvogel~\", session = Kanarienvogel } } ]",
        "on-open = [ { expect = x, capture { a = \"Kanarienvogel @{counter}\" } } ]",
        "on-open = [ { expect = x, capture { a = \"Kanarienvogel @{nobody}\" } } ]",
        "on-open = [ { expect = x, set { max-age = Kanarienvogel } } ]",
        "on-open = [ { expect = x, set { max-age = 9Kanarienvogel, zebra = Kanarienvogel } } ]",
        "on-open = [ { expect = x, set { max-age = \"Kanarienvogel @{env.A}\" } } ]",
        "on-open = [ { when = \"Kanarienvogel x\", send = a } ]",
        "on-open = [ { when = a, send = \"Kanarienvogel\" } ]",
        "on-open = [ { expect { text { regex = [ Kanarienvogel, \"@{env.A}\" ] } } } ]",
        "on-open = [ { expect { \"/a\" { above = \"@@{Kanarienvogel\" } } } ]",
        "on-message = [ { match = \"Kanarienvogel @{nobody}\", forget = \"a Kanarienvogel\" } ]",
        "on-message = [ { match = \"Kanarienvogel @{nobody}\" } ]",
        "heartbeat { send = Kanarienvogel, let = Kanarienvogel }",
        "heartbeat { let { a = Kanarienvogel, b = \"Kanarienvogel @{nobody}\" }, send = Kanarienvogel }",
        "heartbeat { send = \"Kanarienvogel @{nobody}\", expect = \"Kanarienvogel @{nobody}\" }",
        "headers.A = \"Kanarienvogel @{nobody}\"",
        "url = \"wss://h/Kanarienvogel?a=@{nobody}\"",
    ];

    /// <summary>Values that are wrong themselves.</summary>
    public static TheoryData<string> WrongValues =>
    [
        "url = Kanarienvogel",
        "url = \"Kanarienvogel://host/Kanarienvogel\"",
        "url = \"https://host/Kanarienvogel\"",
        "url = wss://host/Kanarienvogel?a=Kanarienvogel,Kanarienvogel=b",
        "url = wss:x,Kanarienvogel=b",
        "url = \"wss://host/Kanarienvogel",
        "url = \"wss://Kanarienvogel@host/\"",
        "url = \"wss://host/#Kanarienvogel\"",
        "url \"wss://host/Kanarienvogel\"",
        "ulr = \"wss://host/Kanarienvogel\"",
        "url = 5\nurl = \"wss://host/Kanarienvogel\", zebra = 1",
        "url = \"wss://host/Kanarienvogel\", url = 5",
        "urls = \"wss://host/Kanarienvogel\"",
        "url = \"wss://a/Kanarienvogel\", urls = [\"wss://a/Kanarienvogel\"]",
        "proxy = \"socks5://Kanarienvogel:Kanarienvogel@host\"",
        "subprotocols = Kanarienvogel",
        "subprotocols = [Kanarienvogel, Kanarienvogel]",
        "subprotocols = [\"Kanarienvogel, b\"]",
        "headers = Kanarienvogel",
        "headers.A = \"Kanarienvogel\\u0001\"",
        "headers.A { env = \"Kanarienvogel\", file = Kanarienvogel }",
        "heartbeat = \"LOGIN Kanarienvogel\"",
        "heartbeat { mode = json, send = \"Kanarienvogel {\" }",
        "heartbeat { mode = text, send = Kanarienvogel, expect { \"/a\" = Kanarienvogel } }",
        "heartbeat { mode = ping, send = Kanarienvogel }",
        "heartbeat { send = \"\"\"LOGIN\n  Kanarienvogel\n  \"\"\", zebra = 1 }",
        "heartbeat { send = \"LOGIN\n  Kanarienvogel== {\n x\" }",
        "heartbeat { send = \"LOGIN\n  Kanarienvogel\"\n }",
        "on-open = Kanarienvogel",
        "on-open = [ Kanarienvogel ]",
        "on-open = [ { send = Kanarienvogel, timeout = Kanarienvogel } ]",
        "on-open = [ { sned = Kanarienvogel } ]",
        "on-open = [ { send = +Kanarienvogel } ]",
        "on-close = [ \"a Kanarienvogel\" Kanarienvogel ${nowhere} ]",
        "on-close = [ {} Kanarienvogel ]",
        "on-close = [ null ], on-open = \"${Kanarien}\"Kanarienvogel{}",
        .. WrongNames,
    ];

    public static TheoryData<string> EverySecret => [.. Secrets];

    private static string Good(string beside = "") =>
        $"actor-heartbeat.endpoints.x {{\n{string.Join('\n', Secrets)}\n{beside}\n}}";

    [Fact]
    public void What_shows_a_configuration_shows_no_secret()
    {
        var next = Good("labels.a = b").Replace("LOGIN", "LOG IN", StringComparison.Ordinal);
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["good"] = Good(), ["next"] = next };

        var seen = new List<string> { ConfigurationPage.Print(new ConfigurationState(Load(Good()), 1, null)) };
        foreach (var format in Enum.GetValues<VerbFormat>())
        {
            var verbs = new ConfigurationVerbs(path => ConfigurationLoader.LoadText(files[path], path, _ => null), format);
            seen.AddRange([verbs.Check("good").Output, verbs.Show("good", null).Output, verbs.Diff("good", "next").Output]);
        }
        seen.Add(DiffReport.Print(ConfigurationPage.DiffAgainst(JsonDocument.Parse(seen[0]).RootElement, Load(next))));
        seen.Add($"{Load(Good()).Endpoints[0]}");

        Assert.All(seen, text => Assert.DoesNotContain(Canary, text, StringComparison.Ordinal));
        Assert.Contains("on-open, labels", seen[^2], StringComparison.Ordinal); // the size of a message is seen
    }

    [Fact]
    public void Shapes_keep_what_is_no_secret()
    {
        var shown = Shown(Good());

        Assert.Equal("\"wss://feed.example.com:9443/***/***?***\"", shown["url"]);
        Assert.Equal("[\"wss://b.example.com/***\"]", shown["urls"]);
        Assert.Equal("\"http://***@proxy:3128/***\"", shown["proxy"]);
        Assert.Equal("[\"***\",\"***\"]", shown["subprotocols"]);
        Assert.Equal("\"***\"", shown["headers.X-Sign"]);
        Assert.Equal("{\"env\":\"FEED_KEY\"}", shown["headers.X-Key"]);
        Assert.Equal("{\"op\":\"***\",\"args\":[\"***\",{\"jwt\":\"***\"}]}", shown["heartbeat.send"]);
        Assert.Equal("{\"/pwd\":\"***\"}", shown["heartbeat.expect"]);
        Assert.Equal("{\"match\":{\"/a\":{\"prefix\":\"***\"}},\"send\":\"*** (18 B)\"}", shown["heartbeat.reply"]);
        Assert.Equal("[\"*** (20 B)\",{\"auth\":\"***\"}]", shown["on-close"]);
        Assert.Equal("\"*** (13 B)\"", shown["let.k"]);
        Assert.Equal("{\"sub\":[\"***\",\"***@{k}\"]}", shown["let.claims"]);
        Assert.Equal("[\"id\",\"session.key\"]", shown["secrets"]);
        Assert.Contains("{\"id\":\"***@{/id}***\",\"session.key\":\"***@{/a ?? /b}\"}", shown["on-open"], StringComparison.Ordinal);
        Assert.Contains("{\"heartbeat.interval\":\"***@{/i}***\"}", shown["on-open"], StringComparison.Ordinal);
    }

    [Fact]
    public void References_are_shown_in_place_of_what_they_stand_for()
    {
        var shown = Shown(
            """
            actor-heartbeat.endpoints.x {
              url = "wss://feed.example.com/?token=@{env.TOKEN}"
              headers.Authorization = "Basic @{env.USER}:@{file:/run/secrets/x}"
              heartbeat { mode = json, send { op = Kanarienvogel, t = "@{env.TOKEN}" }, expect { "/op" = pong } }
              on-close = [ "LOGOUT @{env.TOKEN}", { auth = "k @{env.TOKEN}", plain = "@@{Kanarienvogel" } ]
            }
            """);

        Assert.Equal("\"wss://feed.example.com/?***\"", shown["url"]);
        Assert.Equal("\"***@{env.USER}***@{file:/run/secrets/x}\"", shown["headers.Authorization"]);
        Assert.Equal("{\"op\":\"***\",\"t\":\"@{env.TOKEN}\"}", shown["heartbeat.send"]);
        Assert.Equal("[\"***@{env.TOKEN}\",{\"auth\":\"***@{env.TOKEN}\",\"plain\":\"***\"}]", shown["on-close"]);
    }

    [Fact]
    public void With_show_messages_all_is_shown_but_headers_and_the_user_of_a_URL()
    {
        var shown = Shown(Good("show-messages = on"));

        Assert.Equal("\"wss://feed.example.com:9443/Kanarienvogel/v1?listenKey=Kanarienvogel\"", shown["url"]);
        Assert.Equal("\"http://***@proxy:3128/Kanarienvogel\"", shown["proxy"]);
        Assert.Equal("[\"v1\",\"auth-Kanarienvogel\"]", shown["subprotocols"]);
        Assert.Equal("\"***\"", shown["headers.X-Sign"]);
        Assert.Equal("{\"op\":\"login\",\"args\":[\"Kanarienvogel\",{\"jwt\":\"Kanarienvogel\"}]}", shown["heartbeat.send"]);
        Assert.Equal("[\"LOGOUT Kanarienvogel\",{\"auth\":\"Kanarienvogel\"}]", shown["on-close"]);
    }

    [Fact]
    public void Another_value_of_show_messages_is_the_only_change_that_a_page_shows()
    {
        var page = JsonDocument.Parse(ConfigurationPage.Print(new ConfigurationState(Load(Good()), 1, null))).RootElement;

        var change = Assert.Single(ConfigurationPage.DiffAgainst(page, Load(Good("show-messages = on"))).Endpoints.Changed);

        Assert.Equal(["show-messages"], change.Change.Keys);
    }

    [Theory]
    [MemberData(nameof(EverySecret))]
    public void An_error_beside_a_secret_does_not_show_it(string secret)
    {
        foreach (var line in Mistakes.Select(mistake => mistake.Replace("{0}", secret, StringComparison.Ordinal)))
        {
            ShowsNoSecret($"actor-heartbeat.endpoints.x {{\n{line}\n}}");
            ShowsNoSecret($"actor-heartbeat.endpoints.x {{ {line} \n}}");
        }
    }

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void An_error_in_a_secret_does_not_show_it(string wrong)
    {
        ShowsNoSecret($"actor-heartbeat.endpoints.x {{\n{wrong}\n}}");
        ShowsNoSecret($"actor-heartbeat {{ defaults {{ {wrong} }}, endpoints.x.zebra = 1 }}");
        ShowsNoSecret($"actor-heartbeat.templates.t {{ {wrong}, zebra = 1 }}");
    }

    [Theory]
    [InlineData("t = Kanarienvogel, actor-heartbeat.endpoints.x { url = \"wss://h/\"${t}, zebra = 1 }")]
    [InlineData("t { url = \"wss://h/Kanarienvogel\", zebra = 1 }\nactor-heartbeat.endpoints.x = ${t}")]
    [InlineData("t = Kanarienvogel, akka = 5\nactor-heartbeat.endpoints.x { url = \"wss://h/\", labels.a = ${t}, on-close = [${t}] }")]
    [InlineData("akka { a.token = Kanarienvogel, b = 1 }, actor-heartbeat { htpp = 5, log.password = Kanarienvogel }")]
    [InlineData("actor-heartbeat.endpoints = \"wss://h/Kanarienvogel\"")]
    [InlineData("actor-heartbeat.endpoints.x = \"wss://h/Kanarienvogel\"")]
    [InlineData("endpoints.x = \"wss://h/Kanarienvogel\"")]
    [InlineData("actor-heartbaet.endpoints.x.url = \"wss://h/Kanarienvogel\"")]
    [InlineData("[ Kanarienvogel ]")]
    public void A_secret_of_another_place_is_not_shown_either(string text) => ShowsNoSecret(text);

    private static ServiceConfiguration Load(string text) => ConfigurationLoader.LoadText(text, "text", _ => null).OrThrow();

    private static Dictionary<string, string> Shown(string text) =>
        Load(text).Show(new EndpointId("x"))!.Settings.ToDictionary(setting => setting.Key, setting => setting.Json);

    private static void ShowsNoSecret(string text)
    {
        var result = ConfigurationLoader.LoadText(text, "text", _ => null);
        Assert.True(result.Configuration is null, text);
        var json = new ConfigurationVerbs(_ => result, VerbFormat.Json).Check("text").Output;
        Assert.DoesNotContain(Canary, ErrorReport.Print(result.Errors) + json, StringComparison.Ordinal);
    }
}
