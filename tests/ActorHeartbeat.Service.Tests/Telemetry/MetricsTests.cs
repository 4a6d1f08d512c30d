using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Service.Tests.Telemetry;

/// <summary>Every service of the process would be in its metrics: these tests run alone.</summary>
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsAlone;

/// <summary>What <c>GET /metrics</c> says is what a server counted, for every instrument there is.</summary>
[Collection(nameof(MetricsTests))]
public sealed partial class MetricsTests
{
    private const string Said = "four";

    /// <summary>What <see cref="Play"/> posts. The audit log has no folder to write a line of it to.</summary>
    private const int Commands = 7;

    /// <summary>How each instrument is compared. An instrument that is missing here fails a test.</summary>
    private static readonly Dictionary<string, Action<Seen>> Compared = new()
    {
        ["endpoint.count"] = seen =>
        {
            Same(seen, "endpoint_count", "state=paused", 1);
            Same(seen, "endpoint_count", "state=backing-off", 2);
            Assert.Equal(
                seen.Feeds.Histories.Sum(each => each.Live),
                seen.Of("endpoint_count", "state=open") + seen.Of("endpoint_count", "state=awaiting-pong"));
            Assert.Equal(6, seen.Of("endpoint_count"));
        },
        ["endpoint.up"] = seen => Each(seen, (name, history) => Same(seen, "endpoint_up", $"endpoint={name}", history.Live)),
        ["endpoint.enabled"] = seen =>
            Each(seen, (name, history) => Same(seen, "endpoint_enabled", $"endpoint={name}", history.Attempts.Count > 0 ? 1 : 0)),
        ["endpoint.info"] = seen =>
        {
            Each(seen, (name, _) => Same(seen, "endpoint_info", $"endpoint={name}", 1));
            Same(seen, "endpoint_info", "endpoint=keyed,group=pairs,label_data_center=east", 1);
            Same(seen, "endpoint_info", "label_data_center=east", seen.Feeds.History("keyed").Live + seen.Feeds.History("echo").Live);
        },
        ["connect.attempts"] = seen => Each(seen, (name, history) =>
        {
            Same(seen, "connect_attempts_total", $"endpoint={name},outcome=open", history.Accepts);
            Same(seen, "connect_attempts_total", $"endpoint={name},outcome=failed,error_type=http", history.Refusals);
        }),
        ["connect.duration"] = seen =>
        {
            Same(seen, "connect_duration_seconds_count", "outcome=open", seen.Feeds.Histories.Sum(each => each.Accepts));
            Same(seen, "connect_duration_seconds_count", "outcome=failed", seen.Feeds.Histories.Sum(each => each.Refusals));
        },
        ["connection.duration"] = seen =>
            Same(seen, "connection_duration_seconds_count", "", seen.Feeds.Histories.Sum(each => each.Accepts - each.Live)),
        ["disconnects"] = seen =>
        {
            Each(seen, (name, history) => Same(seen, "disconnects_total", $"endpoint={name}", history.Accepts - history.Live));
            Same(seen, "disconnects_total", "endpoint=deaf,end_reason=heartbeat-timeout,close_class=none", 1);
            Same(seen, "disconnects_total", "endpoint=ticker,close_class=none", 1);
        },
        ["ping.rtt"] = seen => Assert.Equal(
            seen.Feeds.Histories.Sum(each => each.Pings), seen.Of("ping_rtt_seconds_count") + seen.Of("ping_timeouts_total")),
        ["ping.timeouts"] = seen => Same(seen, "ping_timeouts_total", "endpoint=deaf", seen.Feeds.History("deaf").Pings),
        ["messages"] = seen =>
        {
            Same(seen, "messages_total", "endpoint=ticker,direction=receive", seen.Feeds.History("ticker").Ticks);
            Each(seen, (name, history) => Same(seen, "messages_total", $"endpoint={name},direction=transmit", history.Messages));
            Same(seen, "messages_total", "endpoint=echo,direction=receive", seen.Feeds.History("echo").Messages);
        },
        ["io"] = seen =>
        {
            Same(seen, "io_bytes_total", "endpoint=echo,direction=transmit", Said.Length * seen.Feeds.History("echo").Messages);
            Same(seen, "io_bytes_total", "endpoint=echo,direction=receive", Said.Length * seen.Feeds.History("echo").Messages);
        },
        ["message.last.timestamp"] = seen =>
        {
            var last = seen.Of("message_last_timestamp_seconds", "endpoint=ticker");
            Assert.InRange(last, seen.Since.ToUnixTimeMilliseconds() / 1000d, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 1);
            Same(seen, "message_last_timestamp_seconds", "endpoint=deaf", 0);
        },
        ["reconnect.waiting"] = seen =>
            Each(seen, (name, history) => Same(
                seen, "reconnect_waiting", $"endpoint={name}", history.Attempts.Count > 0 && history.Live == 0 ? 1 : 0)),
        ["feed.dropped"] = seen => Same(
            seen, "feed_dropped_total", "endpoint=echo,reason=overflow", seen.Feeds.History("echo").Messages - seen.Delivered),
        ["feed.gaps"] = seen =>
            Each(seen, (name, history) => Same(
                seen, "feed_gaps_total", $"endpoint={name},reason=disconnected", Math.Max(0, history.Accepts - 1))),
        ["subscription.keys"] = seen => Same(
            seen, "subscription_keys", "endpoint=keyed,subscription=trades,state=accepted", seen.Feeds.History("keyed").Messages / 2),
        ["timer.lag"] = seen => Assert.InRange(seen.Of("timer_lag_seconds"), 1e-9, 60),
        ["permit.waiting"] = seen => Same(seen, "permit_waiting", "", 0),
        ["actor.mailbox.wait"] = seen => Assert.Equal(
            seen.Feeds.Histories.Sum(each => each.Accepts) + seen.Of("ping_rtt_seconds_count"),
            seen.Of("actor_mailbox_wait_seconds_count")),
        ["actor.restarts"] = seen => Same(seen, "actor_restarts_total", "", 1),
        ["actor.dead_letters"] = seen => Assert.InRange(seen.Of("actor_dead_letters_total"), 1, 100),
        ["audit.dropped"] = seen => Same(seen, "audit_dropped_total", "", Commands),
        ["config.reloads"] = seen =>
        {
            Same(seen, "config_reloads_total", "outcome=unchanged", 1);
            Same(seen, "config_reloads_total", "outcome=invalid", 1);
            Same(seen, "config_reloads_total", "outcome=applied", 0);
        },
        ["config.last_reload.success"] = seen => Same(seen, "config_last_reload_success", "", 0),
        ["process.descriptors.open"] = seen => Assert.InRange(seen.Of("process_descriptors_open"), seen.Open - 20, seen.Open + 20),
        ["process.descriptors.limit"] = seen => Same(seen, "process_descriptors_limit", "", seen.Limit),
    };

    [Fact]
    public async Task Every_instrument_says_what_a_server_has_counted()
    {
        var names = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == MeterSettings.Name)
                    names.Add(instrument.Name);
            },
        };
        await using var service = await StartAll();
        var since = TimeProvider.System.GetUtcNow();
        using var slow = service.Registry.Subscribe(
            new EndpointId("echo"), new SubscriptionOptions { Capacity = 1, IncludeState = false, Overflow = OverflowPolicy.DropOldest });

        await Play(service);
        var delivered = 0;
        while (slow.TryRead(out var one))
            delivered += one.Type == FeedEventType.Text ? 1 : 0;
        listener.Start();
        var ours = names.Select(name => name["actorheartbeat.".Length..]).ToHashSet();

        Assert.Equal(ours.Order(), Compared.Keys.Order());
        await Eventually(async () =>
        {
            var process = await service.Get("/v1/process");
            var seen = new Seen(
                new Scrape(await service.Client.GetStringAsync("/metrics")), service.Feeds, since, delivered,
                process.GetProperty("descriptors").GetProperty("open").GetInt32(),
                process.GetProperty("descriptors").GetProperty("limit").GetInt32());
            foreach (var (name, compare) in Compared)
                compare(seen);
        });
    }

    [Fact]
    public async Task The_page_has_one_type_a_family_the_runtime_and_no_endpoint_on_a_distribution()
    {
        await using var service = await RunningService.Start(feeds => $$"""a { url = "{{feeds.UrlOf(FeedPath.Echo, "a")}}" }""");
        await service.WaitFor("a", "open");

        using var answer = await service.Client.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        var types = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);
        Assert.Equal(types.Distinct(), types);
        Assert.Contains("dotnet_process_cpu_time_seconds_total", new Scrape(text).Names);
        Assert.Contains("actorheartbeat_endpoint_up{endpoint=\"a\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("actorheartbeat_ping_timeouts_total{endpoint=\"a\"} 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            text.Split('\n'),
            line => line.Contains("_bucket{", StringComparison.Ordinal) && line.Contains("endpoint=", StringComparison.Ordinal));
        using var post = await service.Client.PostAsync("/metrics", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Theory]
    [InlineData("text/plain", "untyped")]
    [InlineData("application/openmetrics-text", "unknown")]
    public async Task A_name_that_ends_as_those_of_distributions_do_has_no_type(string format, string type)
    {
        await using var service = await RunningService.Start(feeds => $$"""a { url = "{{feeds.UrlOf(FeedPath.Echo, "a")}}" }""");
        await service.WaitFor("a", "open");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", format);

        using var answer = await service.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(format, answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"# TYPE actorheartbeat_endpoint_count {type}\n", text, StringComparison.Ordinal);
        Assert.Contains($"# TYPE dotnet_timer_count {type}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("_count gauge\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE actorheartbeat_endpoint_up gauge", text, StringComparison.Ordinal);
        Assert.Contains("actorheartbeat_endpoint_count{state=\"open\"} 1", text, StringComparison.Ordinal);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_beyond_the_limit_are_one_and_a_removed_one_is_gone()
    {
        await using var service = await RunningService.Start(
            feeds => string.Join('\n', Enumerable.Range(0, 4).Select(each => $$"""
                e{{each}} { url = "{{feeds.UrlOf(FeedPath.Echo, $"e{each}")}}", labels { tier = {{(each == 0 ? "low" : "high")}} } }
                """)),
            "actor-heartbeat { telemetry { endpoint-limit = 2, select = \"tier=high\" }, config.max-removed = 100% }");
        await Eventually(async () => Assert.Equal(
            (2, 1, 1, 0), await Up(service, "_other", "e1", "e2", "e3")));

        var text = await File.ReadAllTextAsync(service.File);
        var left = text.Split('\n').Where(line => !line.Contains("e1 {", StringComparison.Ordinal));
        await File.WriteAllTextAsync(service.File, string.Join('\n', left));
        await service.Post("/v1/config/reload");

        await Eventually(async () =>
        {
            var scrape = new Scrape(await service.Client.GetStringAsync("/metrics"));
            Assert.DoesNotContain("endpoint=\"e1\"", scrape.Text, StringComparison.Ordinal);
            Assert.Equal((2, 1), (scrape.Sum("endpoint_up", "endpoint=_other"), scrape.Sum("endpoint_up", "endpoint=e2")));
        });
    }

    [Fact]
    public void The_README_explains_every_instrument_and_no_other()
    {
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../README.md"));

        Assert.Equal(Compared.Keys.Order(), Rows().Matches(readme).Select(row => row.Groups[1].Value).Order());
    }

    [Fact]
    public void Every_instrument_has_room_for_each_endpoint_if_it_measures_one()
    {
        var settings = new MeterSettings { EndpointLimit = 1000 };
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../README.md"));

        Assert.All(Rows().Matches(readme), row => Assert.Equal(
            row.Groups[2].Value.Contains("`endpoint`", StringComparison.Ordinal) ? 24 * 1001 : 50,
            settings.MostSeries($"actorheartbeat.{row.Groups[1].Value}")));
    }

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"^\| `actorheartbeat\.([a-z._]+)` \|.*\|([^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    /// <summary>A service with endpoints of every kind.</summary>
    internal static async Task<RunningService> StartAll()
    {
        var service = await RunningService.Start(
            Endpoints,
            $$"""
            actor-heartbeat {
              groups.pairs.connect-burst = 5
              http.access.audit.path = "{{Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "audit.ndjson")}}"
            }
            """);
        service.Feeds.Faults.NeverAnswerPings(FaultTarget.Client("deaf"));
        return service;
    }

    private static string Endpoints(FeedServer feeds) =>
        $$"""
          ticker {
            url = "{{feeds.UrlOf(FeedPath.StartStop, "ticker", "rate=50")}}", labels { venue = demo }
            heartbeat { when = always, interval = 1s, timeout = 1s, max-missed = 10 }
            backoff { initial = 50ms, jitter = none }
          }
          echo { url = "{{feeds.UrlOf(FeedPath.Echo, "echo")}}", labels { data-center = east } }
          keyed {
            url = "{{feeds.UrlOf(FeedPath.Echo, "keyed")}}", group = pairs, labels { data-center = east }
            subscriptions { trades { for-each = [a, b], send = "sub @{each}", expect = "sub @{each}" } }
          }
          deaf {
            url = "{{feeds.UrlOf(FeedPath.Quiet, "deaf")}}"
            heartbeat { when = always, interval = 200ms, timeout = 200ms, strict = on }
            backoff { initial = 60s, max = 60s, jitter = none }
          }
          refused {
            url = "{{feeds.UrlOf(FeedPath.Refuse, "refused")}}"
            backoff { initial = 60s, max = 60s, jitter = none }, outcomes { rules = [], otherwise = retry }
          }
          off { url = "{{feeds.UrlOf(FeedPath.Quiet, "off")}}", enabled = off }
          """;

    /// <summary>Everything that is counted happens at least once, then it is still.</summary>
    internal static async Task Play(RunningService service)
    {
        await service.WaitFor("ticker", "open");
        await service.WaitFor("echo", "open");
        await service.WaitFor("keyed", "open");
        await service.Post("/v1/endpoints/ticker/send", """{"text": "start sending"}""");
        foreach (var _ in Enumerable.Range(0, 3))
            await service.Post("/v1/endpoints/echo/send", $$"""{"text": "{{Said}}"}""");
        await service.WaitFor("echo", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() == 3);
        await service.WaitFor("ticker", endpoint => endpoint.GetProperty("messages").GetProperty("in").GetInt64() > 3);
        await service.Post("/v1/endpoints/ticker/send", """{"text": "stop"}""");
        await Still(service);
        service.Feeds.Faults.Cut(FaultTarget.Client("ticker"));
        await service.WaitFor("ticker", endpoint => endpoint.GetProperty("incarnation").GetInt64() == 2);
        await service.WaitFor("ticker", "open");
        service.System.ActorSelection("/user/connections/keyed-*").Tell("nobody knows this", ActorRefs.NoSender);
        service.System.DeadLetters.Tell("lost", ActorRefs.NoSender);
        await service.WaitFor("keyed", endpoint => endpoint.GetProperty("incarnation").GetInt64() == 2);
        await service.WaitFor("deaf", "backing-off");
        await service.Post("/v1/config/reload");
        await File.AppendAllTextAsync(service.File, "\nactor-heartbeat { wrong = 1 }");
        await service.Post("/v1/config/reload");
    }

    /// <summary>The server has sent its last tick, and it has come: nothing is lost when the line is cut.</summary>
    private static Task Still(RunningService service) => Eventually(async () =>
    {
        var ticks = service.Feeds.History("ticker").Ticks;
        await Task.Delay(60); // three ticks
        var endpoint = await service.Get("/v1/endpoints/ticker");
        Assert.Equal(
            (ticks, ticks), (service.Feeds.History("ticker").Ticks, endpoint.GetProperty("messages").GetProperty("in").GetInt64()));
    });

    private static async Task<(double, double, double, double)> Up(RunningService service, params string[] endpoints)
    {
        var scrape = new Scrape(await service.Client.GetStringAsync("/metrics"));
        var up = endpoints.Select(each => scrape.Sum("endpoint_up", $"endpoint={each}")).ToArray();
        return (up[0], up[1], up[2], up[3]);
    }

    /// <summary>The page is kept for a moment, and a heartbeat may be on its way.</summary>
    private static async Task Eventually(Func<Task> assert)
    {
        using var deadline = new CancellationTokenSource(RunningService.Deadline);
        while (true)
        {
            try
            {
                await assert();
                return;
            }
            catch (Xunit.Sdk.XunitException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(100);
            }
        }
    }

    private static void Each(Seen seen, Action<string, FeedHistory> compare)
    {
        foreach (var name in (string[])["ticker", "echo", "keyed", "deaf", "refused", "off"])
            compare(name, seen.Feeds.History(name));
    }

    private static void Same(Seen seen, string metric, string labels, double value)
    {
        Assert.True(seen.Scrape.Has(metric), metric);
        Assert.True(seen.Of(metric, labels) == value, $"{metric} {labels} is {seen.Of(metric, labels)}, and the server says {value}");
    }

    /// <summary>Both sides of a comparison.</summary>
    private sealed record Seen(Scrape Scrape, FeedServer Feeds, DateTimeOffset Since, int Delivered, int Open, int Limit)
    {
        public double Of(string metric, string labels = "") => Scrape.Sum(metric, labels);
    }
}
