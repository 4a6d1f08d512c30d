using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Endpoints;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Tests;

public sealed class ConfigurationDiffTests
{
    private const string AccessHash = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Base = """
        actor-heartbeat {
          groups { g {}, h {} }
          sinks.s.path = feeds.ndjson
          endpoints.x { url = "wss://feed.example.com", heartbeat { mode = json, send { op = ping }, expect { "/op" = pong } }
            on-message = [ { match = named, capture { token = "/t" } } ] }
        }
        """;

    /// <summary>Every key of an endpoint with another value, and the effect of that change.</summary>
    public static readonly TheoryData<string, string, ChangeEffect> EndpointKeys = new()
    {
        { "url", "\"wss://other.example.com\"", Reconnect },
        { "hosts", "[\"*.example.com\"]", Live },
        { "urls", "[\"wss://b.example.com\"]", NextAttempt },
        { "failover.after", "1", Live },
        { "failover.back", "off", Live },
        { "enabled", "off", Live },
        { "group", "g", Reconnect },
        { "timeouts.connect", "11s", NextAttempt },
        { "timeouts.close", "6s", NextAttempt },
        { "timeouts.send", "11s", NextAttempt },
        { "timeouts.data-idle", "5m", Live },
        { "backoff.initial", "2s", NextAttempt },
        { "backoff.max", "31s", NextAttempt },
        { "backoff.multiplier", "2", NextAttempt },
        { "backoff.jitter", "none", NextAttempt },
        { "backoff.reset-after", "11s", NextAttempt },
        { "backoff.max-attempts", "5", NextAttempt },
        { "heartbeat.when", "always", Live },
        { "heartbeat.interval", "21s", Live },
        { "heartbeat.timeout", "auto", Live },
        { "heartbeat.max-missed", "3", Live },
        { "heartbeat.strict", "on", Live },
        { "heartbeat.first", "now", Live },
        { "heartbeat.let", "{ id = 1 }", Live },
        { "heartbeat.send", "{ op = pang }", Live },
        { "heartbeat.expect", "{ \"/op\" = pung }", Live },
        { "heartbeat.reply", "{ match = a, send = b }", Live },
        { "heartbeat.max-silence", "1m", Live },
        { "heartbeat.deliver", "on", Live },
        { "keep-alives", "{ a { send = b, interval = 4s } }", Live },
        { "subscriptions", "{ a { for-each = [b], send = \"@{each}\" } }", Live },
        { "flap", "{ ends = 5, within = 60s }", Live },
        { "max-age", "23h", Live },
        { "rotate.order", "close-first", Live },
        { "limits.message", "2MiB", Live },
        { "limits.send-queue", "10", Live },
        { "limits.replay", "0", Live },
        { "limits.replay-bytes", "2MiB", Live },
        { "limits.overflow", "disconnect", Live },
        { "outcomes.rules", "[]", Live },
        { "outcomes.otherwise", "stop", Live },
        { "send.while-down", "queue", Live },
        { "send.time-to-live", "31s", Live },
        { "compression", "on", Reconnect },
        { "decode", "gzip", Reconnect },
        { "split", "lines", Live },
        { "end-with", "\"\\n\"", Live },
        { "deliver-as", "messages", Live },
        { "tls.verify", "off", Reconnect },
        { "tls.min-version", "\"1.3\"", Reconnect },
        { "tls.ca-file", "\"ca.pem\"", Reconnect },
        { "tls.client-cert", "\"client.pem\"", Reconnect },
        { "tls.server-name", "feed.example.com", Reconnect },
        { "proxy", "none", Reconnect },
        { "tcp.keep-alive", "off", Reconnect },
        { "subprotocols", "[mqtt]", Reconnect },
        { "headers", "{ A = b }", Reconnect },
        { "redirects", "3", NextAttempt },
        { "cookies", "on", NextAttempt },
        { "let", "{ t = 1 }", Reconnect },
        { "secrets", "[token]", Live },
        { "prepare", "[ { http { url = \"https://api.example.com/t\" } } ]", NextAttempt },
        { "on-open", "[ { send = hello } ]", Reconnect },
        { "on-open-pace", "4/s", NextAttempt },
        { "on-message", "[ { match = ping, is = beat, reply = pong } ]", Live },
        { "sequence", "{ at = \"/s\" }", Live },
        { "on-close", "[ stop ]", Live },
        { "close-code", "4000", Live },
        { "drain-close-code", "4000", Live },
        { "show-messages", "on", Live },
        { "labels", "{ a = b }", Live },
    };

    /// <summary>Every key that does not belong to an endpoint, with another value and the effect of that change.</summary>
    public static readonly TheoryData<string, string, ChangeEffect> OtherKeys = new()
    {
        { "config.watch", "off", Live },
        { "config.debounce", "1s", Live },
        { "config.poll", "6s", Live },
        { "config.max-removed", "10%", Live },
        { "supervisor.restart.min-backoff", "2s", ChangeEffect.Restart },
        { "supervisor.restart.max-backoff", "31s", ChangeEffect.Restart },
        { "supervisor.restart.jitter", "0.3", ChangeEffect.Restart },
        { "supervisor.restart.max-restarts", "5", ChangeEffect.Restart },
        { "supervisor.connect-rate", "100/s", Live },
        { "supervisor.connect-burst", "51", Live },
        { "supervisor.per-host.connect-rate", "5/s", Live },
        { "supervisor.per-host.connect-burst", "11", Live },
        { "supervisor.max-connecting", "201", Live },
        { "supervisor.start-spread", "6s", Live },
        { "supervisor.shutdown-timeout", "26s", Live },
        { "supervisor.state-file", "state.json", ChangeEffect.Restart },
        { "state.path", "state.db", ChangeEffect.Restart },
        { "http.listen", "\"127.0.0.1:8081\"", ChangeEffect.Restart },
        { "http.health-listen", "\"0.0.0.0:8081\"", ChangeEffect.Restart },
        { "http.socket-mode", "\"0660\"", ChangeEffect.Restart },
        { "http.access.keys", $"{{ ops {{ role = operate, hash = \"{AccessHash}\" }} }}", ChangeEffect.Live },
        { "http.access.hosts", "[feeds.example.com]", ChangeEffect.Live },
        { "http.access.session", "1h", ChangeEffect.Live },
        { "http.access.body", "1KiB", ChangeEffect.Live },
        { "http.access.attempts", "3 per 1m", ChangeEffect.Live },
        { "http.access.rate.read", "1/s", ChangeEffect.Live },
        { "http.access.rate.operate", "1/s", ChangeEffect.Live },
        { "http.access.rate.admin", "unlimited", ChangeEffect.Live },
        { "http.access.audit.path", "\"/var/log/audit.ndjson\"", ChangeEffect.Restart },
        { "http.access.audit.size", "1MiB", ChangeEffect.Restart },
        { "http.access.audit.keep", "1", ChangeEffect.Restart },
        { "health.ready.open-share", "{ \"venue=okx\" = 50% }", Live },
        { "log.level", "debug", Live },
        { "log.format", "json", Live },
        { "telemetry.endpoint-limit", "10", ChangeEffect.Restart },
        { "telemetry.select", "\"venue=one\"", ChangeEffect.Restart },
        { "telemetry.otlp.endpoint", "\"http://127.0.0.1:4317\"", ChangeEffect.Restart },
        { "telemetry.otlp.protocol", "http-protobuf", ChangeEffect.Restart },
        { "telemetry.otlp.headers-from", "COLLECTOR_HEADERS", ChangeEffect.Restart },
        { "telemetry.otlp.interval", "10s", ChangeEffect.Restart },
        { "feed-server.listen", "\"127.0.0.1:9443\"", ChangeEffect.Restart },
        { "groups.g.connect-rate", "300 per 5m", Live },
        { "groups.g.connect-burst", "2", Live },
        { "groups.g.max-connections", "3", Live },
        { "groups.g.priority", "-1", Live },
        { "groups.g.send-rate", "5/s", Live },
        { "sinks.s.path", "other.ndjson", Live },
        { "sinks.s.select", "\"venue=binance\"", Live },
        { "sinks.s.queue", "1024", Live },
        { "sinks.s.queue-bytes", "1MiB", Live },
        { "sinks.s.rotate.size", "4GiB", Live },
        { "sinks.s.rotate.every", "1d", Live },
        { "sinks.s.rotate.keep", "0", Live },
    };

    private static readonly string[] TlsOfTheApi =
        ["http.tls.certificate", "http.tls.key", "http.tls.client-ca", "http.access.certificates"];

    // Keys that cannot change alone in this base configuration: another mode needs other messages,
    // client-key a certificate, TLS of the API its files, and this build has one transport and one type and format of sink.
    private static readonly string[] Apart =
    [
        "heartbeat.mode",
        "tls.client-key",
        "transport",
        .. TlsOfTheApi,
        "sinks.s.type",
        "sinks.s.format",
    ];

    [Theory]
    [MemberData(nameof(EndpointKeys))]
    public void A_changed_key_of_an_endpoint_takes_what_the_table_says_and_nothing_else_changes(
        string key, string value, ChangeEffect effect)
    {
        var old = Load(Base);

        var diff = ConfigurationDiff.Between(
            old, Load($"{Base}\nactor-heartbeat.endpoints.x.{key} = null\nactor-heartbeat.endpoints.x.{key} = {value}"));

        var endpoint = Assert.Single(diff.Endpoints.Changed);
        Assert.Equal([key], endpoint.Change.Keys);
        Assert.Equal(effect, endpoint.Change.Effect);
        Assert.Empty(diff.Settings);
    }

    [Theory]
    [MemberData(nameof(OtherKeys))]
    public void A_changed_key_beside_the_endpoints_takes_what_the_table_says_and_touches_no_endpoint(
        string key, string value, ChangeEffect effect)
    {
        var old = Load(Base);

        var diff = ConfigurationDiff.Between(old, Load($"{Base}\nactor-heartbeat.{key} = {value}"));

        Assert.Equal([new ChangedSetting(key, effect)], diff.Settings);
        Assert.Empty(diff.Endpoints.Changed);
        Assert.Equal(1, diff.Endpoints.Unchanged);
    }

    [Fact]
    public void The_tables_have_every_key_of_the_schema()
    {
        var endpoint = Schema.EndpointSchema.Shape.Keys.Select(key => key.Path).Except(Apart).Order(StringComparer.Ordinal);
        var others = Schema
            .ProcessSchema.Shape.Keys.Select(key => key.Path)
            .Concat(Schema.GroupSchema.Shape.Keys.Select(key => $"groups.g.{key.Path}"))
            .Concat(Schema.SinkSchema.Shape.Keys.Select(key => $"sinks.s.{key.Path}"))
            .Except(Apart)
            .Order(StringComparer.Ordinal);

        Assert.Equal(endpoint, EndpointKeys.Select(row => (string)row[0]).Order(StringComparer.Ordinal));
        Assert.Equal(others, OtherKeys.Select(row => (string)row[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Files_of_tls_need_a_restart_and_the_roles_of_certificates_do_not()
    {
        const string tls = """
            actor-heartbeat.http {
              tls { certificate = tls.crt, key = tls.key, client-ca = ca.crt }
              access.certificates { ops { role = operate, subject = "CN=ops" } }
            }
            """;

        var diff = ConfigurationDiff.Between(Load(Base), Load($"{Base}\n{tls}"));

        Assert.Equal(
            TlsOfTheApi.Zip([ChangeEffect.Restart, ChangeEffect.Restart, ChangeEffect.Restart, ChangeEffect.Live])
                .Select(row => new ChangedSetting(row.First, row.Second)),
            diff.Settings);
    }

    [Fact]
    public void A_change_of_the_heartbeat_mode_or_its_max_silence_applies_live()
    {
        var old = Load(
            "actor-heartbeat.endpoints.x { url = \"wss://feed.example.com\", heartbeat { mode = json, reply { match = a, send = b } } }"
        );

        var silence = ConfigurationDiff.Between(
            old,
            Load(
                "actor-heartbeat.endpoints.x { url = \"wss://feed.example.com\", heartbeat { mode = json, reply { match = a, send = "
                    + "b }, max-silence = 1m } }"));
        var mode = ConfigurationDiff.Between(
            old,
            Load(
                "actor-heartbeat.endpoints.x { url = \"wss://feed.example.com\", heartbeat { mode = text, reply { match = a, send = b } } }"
            ));

        Assert.Equal(
            [new ChangedEndpoint(new EndpointId("x"), new EndpointChange(Live, ["heartbeat.max-silence"]))],
            silence.Endpoints.ChangedLive);
        Assert.Equal([new ChangedEndpoint(new EndpointId("x"), new EndpointChange(Live, ["heartbeat.mode"]))], mode.Endpoints.ChangedLive);
    }

    [Fact]
    public void Added_and_removed_endpoints_are_found_with_the_share_removed()
    {
        var old = Load(Endpoints("a", "b", "c", "d"));

        var diff = ConfigurationDiff.Between(old, Load(Endpoints("a", "e")));

        Assert.Equal([new EndpointId("e")], diff.Endpoints.Added);
        Assert.Equal([new EndpointId("b"), new EndpointId("c"), new EndpointId("d")], diff.Endpoints.Removed);
        Assert.Equal(1, diff.Endpoints.Unchanged);
        Assert.Equal(0.75, diff.Endpoints.RemovedShare);
    }

    [Fact]
    public void The_akka_section_needs_a_restart()
    {
        var diff = ConfigurationDiff.Between(Load("akka.loglevel = INFO"), Load("akka.loglevel = DEBUG"));

        Assert.Equal([new ChangedSetting("akka", ChangeEffect.Restart)], diff.NeedsRestart);
    }

    [Fact]
    public void The_report_names_everything_that_a_reload_does()
    {
        var old = Load(Endpoints("a", "b", "c", "d"));
        var @new = Load(Endpoints("a", "c", "d", "e") + """

            actor-heartbeat.endpoints.c.url = "wss://other.example.com"
            actor-heartbeat.endpoints.d { labels.k = v, backoff.max = 1m }
            actor-heartbeat.http.listen = off
            """);

        var text = DiffReport.Print(ConfigurationDiff.Between(old, @new));

        Assert.Equal(
            """
            + e
            - b
            ~ c: reconnect: url
            ~ d: from the next attempt: backoff.max, labels
            ~ http.listen: needs a restart
            1 added, 1 removed, 1 reconnected, 1 from the next attempt, 0 changed live, 1 unchanged, 1 settings need a restart

            """,
            text);
    }

    private static string Endpoints(params string[] ids) =>
        string.Concat(ids.Select(id => $"actor-heartbeat.endpoints.{id}.url = \"wss://{id}.example.com\"\n"));

    private static ServiceConfiguration Load(string text) => ConfigurationLoader.LoadText(text, "test.conf", _ => null).OrThrow();
}
