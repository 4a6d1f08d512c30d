using System.Text;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

public sealed class ConfigurationLoaderTests
{
    [Fact]
    public void A_step_of_the_opening_dialogue_may_only_wait_and_may_be_refused()
    {
        var endpoint = Assert.Single(ConfigurationLoader.LoadText(
            """
            actor-heartbeat.endpoints.x {
              url = "wss://feed.example.com"
              on-open = [
                { expect = hello, timeout = 9s }
                { send = login, expect = yes, reject { "/event" = error }, reason = "/msg", then = quarantine, retry = 15m }
              ]
            }
            """,
            "steps",
            _ => null).OrThrow().Endpoints);

        Assert.Equal(
            [
                new DialogueStep(null, new MessagePattern.Text("hello"), TimeSpan.FromSeconds(9)),
                new DialogueStep(OutboundMessage.Text("login"), new MessagePattern.Text("yes"), TimeSpan.FromSeconds(5))
                {
                    Reject = new MessagePattern.Json([new JsonExpectation("/event", "\"error\"")]),
                    Reason = "/msg",
                    Then = OutcomeAction.Quarantine,
                    Retry = TimeSpan.FromMinutes(15),
                },
            ],
            endpoint.OnOpen);
    }

    [Fact]
    public void Layers_are_laid_over_each_other_key_by_key_and_the_endpoint_wins()
    {
        var endpoint = Endpoint("""
            actor-heartbeat {
              defaults { timeouts { connect = 1s, close = 1s, send = 1s }, backoff.initial = 3s
                         labels { a = defaults, b = defaults, c = defaults } }
              templates {
                first { timeouts { close = 2s, send = 2s }, labels.b = first }
                second { timeouts.send = 3s, labels { b = second, c = null } }
              }
              endpoints.x { url = "wss://a", templates = [first, second], backoff.max = 40s, labels.d = endpoint }
            }
            """);

        Assert.Equal(new TimeoutSettings { Connect = Seconds(1), Close = Seconds(2), Send = Seconds(3) }, endpoint.Timeouts);
        Assert.Equal(new BackoffSettings { Initial = Seconds(3), Max = Seconds(40) }, endpoint.Backoff);
        Assert.Equal([new("a", "defaults"), new("b", "second"), new("d", "endpoint")], endpoint.Labels);
    }

    [Fact]
    public void Headers_are_literals_or_references_and_are_laid_over_each_other_in_any_case()
    {
        var endpoint = Endpoint("""
            actor-heartbeat {
              defaults.headers { Authorization = low, X-Trace = on, X-Gone = soon }
              endpoints.x {
                url = "wss://a"
                headers { authorization { prefix = "Bearer ", env = TOKEN }, X-Key { file = "/run/secrets/key" }, x-gone = null }
              }
            }
            """);

        Assert.Equal(3, endpoint.Headers.Count);
        Assert.Equal(SecretValue.Literal("on"), endpoint.Headers["x-trace"]);
        Assert.Equal(SecretValue.Environment("TOKEN", "Bearer "), endpoint.Headers["Authorization"]);
        Assert.Equal(SecretValue.File("/run/secrets/key"), endpoint.Headers["X-Key"]);
    }

    [Fact]
    public void A_message_is_sent_as_compact_JSON_with_its_keys_in_the_order_written()
    {
        var endpoint = Endpoint(""""
            actor-heartbeat.endpoints.x {
              url = "wss://a"
              on-open = [
                { send { method = SUBSCRIBE, params = ["btcusdt@trade", 2, true, null, 1.50], id = 1, a { z = 1, b = "ü\"" } }
                  expect { "/id" = 1, "/result" = null }, timeout = 3s }
                { send = "as it is " }
              ]
              on-close = [ """{"op" : "stop"}""", { op = stop } ]
            }
            """");

        Assert.Equal(
            [
                new(
                    OutboundMessage.Text(
                        """{"method":"SUBSCRIBE","params":["btcusdt@trade",2,true,null,1.50],"id":1,"a":{"z":1,"b":"ü\""}}"""
                    ),
                    new MessagePattern.Json([new("/id", "1"), new("/result", "null")]),
                    Seconds(3)),
                new DialogueStep(OutboundMessage.Text("as it is "), null, Seconds(5)),
            ],
            endpoint.OnOpen);
        Assert.Equal([OutboundMessage.Text("""{"op" : "stop"}"""), OutboundMessage.Text("""{"op":"stop"}""")], endpoint.OnClose);
    }

    [Fact]
    public void Values_of_the_process_and_of_groups_are_read_in_every_spelling()
    {
        var configuration = Load("""
            actor-heartbeat {
              config { max-removed = 12.5%, debounce = 250ms }
              groups {
                a { connect-rate = 300 per 5m, max-connections = 300, priority = -10, send-rate = "5/s" }
                b { connect-rate = 10 per m, send-rate = 0.5/s, max-connections = unlimited }
              }
              supervisor.connect-rate = 200/s
              http.listen = off
              feed-server.listen = "[::1]:0"
              endpoints.x.url = "wss://a"
            }
            """);

        Assert.Equal(new ReloadSettings { MaxRemoved = 0.125, Debounce = TimeSpan.FromMilliseconds(250) }, configuration.Process.Config);
        Assert.Equal(
            [
                new GroupSettings
                {
                    Name = "a",
                    ConnectRate = new Rate(300, TimeSpan.FromMinutes(5)),
                    MaxConnections = 300,
                    Priority = -10,
                    SendRate = new Rate(5, Seconds(1)),
                },
                new GroupSettings
                {
                    Name = "b",
                    ConnectRate = new Rate(10, TimeSpan.FromMinutes(1)),
                    SendRate = new Rate(0.5, Seconds(1)),
                },
            ],
            configuration.Groups);
        Assert.Null(configuration.Process.Http.Listen);
        Assert.Equal(new ListenAddress("::1", 0), configuration.Process.FeedServer.Listen);
        Assert.Equal(new Rate(200, Seconds(1)), configuration.Process.Supervisor.ConnectRate);
    }

    [Fact]
    public void Values_of_an_endpoint_are_read_in_every_spelling()
    {
        var endpoint = Load("""
            actor-heartbeat {
              endpoints.x {
                url = "wss://a:9443/ws?stream=1"
                backoff { jitter = 0.25, max-attempts = 7 }
                heartbeat.timeout = auto
                flap { ends = 5, within = 60s, then = quarantine }
                max-age { age = 23h, jitter = 0.1, ready-after = 2s, duplicate-key = "/id" }
                timeouts.data-idle { after = 90s, quiet-hours = ["22:00-06:30", "12:00-13:00"] }
                limits { message = 64KiB, replay-bytes = 1MB }
                outcomes { rules = [ { http-status = [401, "500-599"], failure = tls, then = retry-after, retry = 1m, scope = group }
                                     { close-code = 4001, then = next-url } ]
                           otherwise = stop }
                proxy = "http://proxy:3128"
                tls { min-version = 1.3, verify = false }
                tcp.keep-alive = off
              }
            }
            """).Endpoints[0];

        Assert.Equal(new BackoffSettings { Jitter = Jitter.By(0.25), MaxAttempts = 7 }, endpoint.Backoff);
        Assert.Null(endpoint.Heartbeat.Timeout);
        Assert.Equal(new FlapSettings(5, Seconds(60), TimeSpan.FromMinutes(5)), endpoint.Flap);
        Assert.Equal(new RotationSettings(TimeSpan.FromHours(23), 0.1, Seconds(2)) { DuplicateKey = "/id" }, endpoint.MaxAge);
        Assert.Equal(
            new DataIdleSettings(Seconds(90)) { QuietHours = [new(new(22, 0), new(6, 30)), new(new(12, 0), new(13, 0))] },
            endpoint.Timeouts.DataIdle);
        Assert.Equal(new LimitSettings { Message = 64 * 1024, ReplayBytes = 1_000_000 }, endpoint.Limits);
        Assert.Equal(
            new OutcomeSettings(
                [
                    new()
                    {
                        HttpStatus = [401, new(500, 599)],
                        Failure = [FailureLayer.Tls],
                        Then = OutcomeAction.RetryAfter,
                        Retry = TimeSpan.FromMinutes(1),
                        Scope = GovernorScope.Group,
                    },
                    new() { CloseCode = [4001], Then = OutcomeAction.NextUrl },
                ],
                OutcomeAction.Stop),
            endpoint.Outcomes);
        Assert.Equal(new ProxySettings(ProxyKind.Fixed, new Uri("http://proxy:3128")), endpoint.Proxy);
        Assert.Equal(new TlsSettings { MinVersion = TlsVersion.Tls13, Verify = false }, endpoint.Tls);
        Assert.Null(endpoint.Tcp.KeepAlive);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("off", false)]
    public void An_optional_variable_that_is_not_set_leaves_the_lower_layer(string? value, bool enabled)
    {
        var result = ConfigurationLoader.LoadText(
            "actor-heartbeat.endpoints.x { url = \"wss://a\", enabled = ${?FEED} }", "text", name => name == "FEED" ? value : null);

        Assert.Equal(enabled, result.OrThrow().Endpoints[0].Enabled);
    }

    [Fact]
    public void Heartbeat_keys_of_another_mode_may_come_from_a_lower_layer()
    {
        var endpoint = Endpoint("""
            actor-heartbeat {
              templates.json.heartbeat { mode = json, send { op = ping }, interval = 15s }
              endpoints.x { url = "wss://a", templates = [json], heartbeat.mode = none }
            }
            """);

        Assert.Equal(HeartbeatMode.None, endpoint.Heartbeat.Mode);
    }

    [Fact]
    public void The_akka_section_is_kept_as_text_with_substitutions_resolved()
    {
        var configuration = Load("level = WARNING\nakka { loglevel = ${level}, actor.default-dispatcher.throughput = 30 }");

        Assert.Equal("""{"loglevel":"WARNING","actor":{"default-dispatcher":{"throughput":30}}}""", configuration.Akka);
    }

    [Fact]
    public void Included_files_are_read_beside_the_one_that_includes_them_and_count_in_the_hash()
    {
        var folder = Directory.CreateTempSubdirectory("actor-heartbeat").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "conf.d"));
            var main = Path.Combine(folder, "main.conf");
            var venues = Path.Combine(folder, "conf.d", "venues.conf");
            File.WriteAllText(main, "actor-heartbeat { include \"conf.d/venues.conf\", include \"conf.d/not-there.conf\" }");
            File.WriteAllText(venues, "endpoints.x.url = \"wss://a\"", Encoding.UTF8);

            var one = ConfigurationLoader.Load(main, _ => null).OrThrow();
            File.WriteAllText(venues, "endpoints.x.url = \"wss://b\"");
            var other = ConfigurationLoader.Load(main, _ => null).OrThrow();

            Assert.Equal("wss://a/", one.Endpoints[0].Url.AbsoluteUri);
            Assert.Equal([main, venues, Path.Combine(folder, "conf.d", "not-there.conf")], one.Files.All.Select(file => file.Path));
            Assert.NotEqual(one.Hash, other.Hash);
            Assert.Equal(other.Hash, other.Files.Now().Hash);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_clear_error()
    {
        var result = ConfigurationLoader.Load("nowhere/service.conf", _ => null);

        Assert.Equal("nowhere/service.conf: no such file", ErrorReport.Print(result.Errors));
        Assert.Equal([new SourceFile("nowhere/service.conf", null)], result.Files.All);
    }

    [Theory]
    [InlineData("config/demo.conf", 9)]
    [InlineData("config/service.conf", 3)]
    [InlineData("config/reference.conf", 0)]
    public void The_files_that_come_with_the_product_are_good(string path, int endpoints)
    {
        var result = ConfigurationLoader.Load(RepositoryFiles.Path(path), _ => null);

        Assert.Empty(result.Errors);
        Assert.Equal(endpoints, result.OrThrow().Endpoints.Count);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void The_answer_to_a_request_for_keys_is_known_by_its_status()
    {
        var endpoint = Endpoint("""
            actor-heartbeat.endpoints.a {
              url = "wss://a"
              subscriptions.trades {
                for-each = [BTC]
                http { method = POST, url = "https://a/subscriptions", body { id = "@{each}" } }
                expect { status = "202" }
              }
            }
            """);

        var expect = endpoint.Subscriptions["trades"].Expect!;

        Assert.Equal((true, false), (expect.MatchesAnswer(202, default), expect.MatchesAnswer(200, default)));
    }

    private static EndpointSettings Endpoint(string text) => Assert.Single(Load(text).Endpoints);

    [Fact]
    public void Of_very_many_errors_the_first_hundred_are_kept_and_the_others_counted()
    {
        var text = string.Join('\n', Enumerable.Range(1, 1234).Select(number => $"actor-heartbeat.wrong-{number} = 1"));

        var errors = ConfigurationLoader.LoadText(text, "test.conf", _ => null).Errors;

        Assert.Equal((100, 1234), (errors.Count, errors.Total));
        Assert.EndsWith("and 1184 more errors", ErrorReport.Print(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_as_long_as_a_file_is_told_in_part()
    {
        var error = Assert.Single(
            ConfigurationLoader.LoadText($"actor-heartbeat.{new string('k', 1_000_000)} = 1", "test.conf", _ => null).Errors);

        Assert.Equal(1001, error.KeyPath.Length);
        Assert.InRange(error.ToString().Length, 1, 3000);
    }

    private static ServiceConfiguration Load(string text) => ConfigurationLoader.LoadText(text, "text", _ => null).OrThrow();
}
