using System.Text.RegularExpressions;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>Compares reference.conf, the schema and the settings records in every direction.</summary>
public sealed partial class ReferenceTests
{
    private static readonly string[] Lines = File.ReadAllLines(RepositoryFiles.Path("config/reference.conf"));

    public static TheoryData<string> EndpointKeys =>
        [.. EndpointSchema.Shape.Keys.Select(key => key.Path).Where(path => path != EndpointSetting.Url.Key)];

    public static TheoryData<string> ProcessKeys => [.. ProcessSchema.Shape.Keys.Select(key => key.Path)];

    public static TheoryData<string> SinkKeys => [.. SinkSchema.Shape.Keys.Select(key => key.Path)];

    public static TheoryData<string> GroupKeys => [.. GroupSchema.Shape.Keys.Select(key => key.Path)];

    [Fact]
    public void Every_setting_of_an_endpoint_has_one_rule_in_the_same_order()
    {
        Assert.Equal(EndpointSetting.All, EndpointSchema.Shape.Keys.Select(key => key.Setting));
    }

    [Fact]
    public void A_key_with_two_rows_is_refused()
    {
        var rows = GroupSchema.Shape.Keys.Append(GroupSchema.Shape.Keys[0]).ToArray();

        Assert.Throws<InvalidOperationException>(() => new Shape<GroupSettings>(rows));
    }

    [Theory]
    [MemberData(nameof(EndpointKeys))]
    public void Every_key_of_an_endpoint_is_in_the_reference_with_the_default_of_its_record(string path)
    {
        var key = EndpointSchema.Shape.Keys.Single(key => key.Path == path);

        var assignment = Assert.Single(Reference.BoundConfiguration.Defaults).Find(path);

        Assert.NotNull(assignment);
        Assert.Equal(key.ValueIn(EndpointSchema.Blank), key.ValueIn(assignment.Apply(Different(EndpointSchema.Blank))));
    }

    [Theory]
    [MemberData(nameof(ProcessKeys))]
    public void Every_key_of_the_process_is_in_the_reference_with_the_default_of_its_record(string path)
    {
        var key = ProcessSchema.Shape.Keys.Single(key => key.Path == path);

        var assignment = Assert.Single(Reference.BoundConfiguration.ProcessLayers).Find(path);

        Assert.NotNull(assignment);
        Assert.Equal(key.ValueIn(new ProcessSettings()), key.ValueIn(assignment.Apply(new ProcessSettings())));
    }

    [Theory]
    [MemberData(nameof(GroupKeys))]
    public void Every_key_of_a_group_is_in_a_comment_of_the_reference_with_the_default_of_its_record(string path)
    {
        var key = GroupSchema.Shape.Keys.Single(key => key.Path == path);

        var configuration = ConfigurationLoader
            .LoadText($"actor-heartbeat.groups.g.{path} = {DefaultInComment("groups", path)}", "comment", _ => null)
            .OrThrow();

        Assert.Equal(key.ValueIn(new GroupSettings { Name = "g" }), key.ValueIn(Assert.Single(configuration.Groups)));
    }

    [Theory]
    [MemberData(nameof(SinkKeys))]
    public void Every_key_of_a_sink_is_in_a_comment_of_the_reference_with_the_default_of_its_record(string path)
    {
        var key = SinkSchema.Shape.Keys.Single(key => key.Path == path);

        var configuration = ConfigurationLoader
            .LoadText($"actor-heartbeat.sinks.s {{ path = feeds.ndjson, {path} = {DefaultInComment("sinks", path)} }}", "comment", _ =>
                null)
            .OrThrow();

        Assert.Equal(key.ValueIn(new SinkSettings { Name = "s", Path = "feeds.ndjson" }), key.ValueIn(Assert.Single(configuration.Sinks)));
    }

    [Fact]
    public void Every_key_that_a_comment_of_the_reference_explains_exists()
    {
        Assert.Equal(GroupSchema.Shape.Keys.Select(key => key.Path).Order(), CommentsAbove("groups").Order());
        Assert.Equal(SinkSchema.Shape.Keys.Select(key => key.Path).Order(), CommentsAbove("sinks").Order());
    }

    [Fact]
    public void An_empty_configuration_is_the_defaults_of_the_records()
    {
        var configuration = ConfigurationLoader
            .LoadText("actor-heartbeat.endpoints.x.url = \"wss://feed.example.com\"", "text", _ => null)
            .OrThrow();

        Assert.Equal(new ProcessSettings(), configuration.Process);
        Assert.Equal(
            new EndpointSettings { Id = new EndpointId("x"), Url = new Uri("wss://feed.example.com") },
            Assert.Single(configuration.Endpoints));
    }

    [Fact]
    public void Every_key_of_the_reference_has_a_comment_above_it()
    {
        var bare = Lines.Where(
            (line, index) =>
                KeyLine().IsMatch(line)
                && index > 0
                && !Lines[index - 1].TrimStart().StartsWith('#')
                && !line.Contains("then =", StringComparison.Ordinal));

        Assert.Empty(bare);
    }

    [Theory]
    [InlineData("max-age = 23h", "max-age { age = 23h, jitter = 0.05, ready-after = 5s, ready-when = null, duplicate-key = null }")]
    [InlineData("flap { ends = 5, within = 60s }", "flap { ends = 5, within = 60s, then = quarantine, retry = 5m }")]
    [InlineData("timeouts.data-idle = 5m", "timeouts.data-idle { after = 5m, quiet-hours = [] }")]
    [InlineData("on-open = [ { send = a, expect = b } ]", "on-open = [ { send = a, expect = b, timeout = 5s } ]")]
    public void Parts_left_out_have_the_defaults_that_the_reference_names(string brief, string full)
    {
        var one = ConfigurationLoader
            .LoadText($"actor-heartbeat.endpoints.x {{ url = \"wss://a\", {brief} }}", "text", _ => null)
            .OrThrow();
        var other = ConfigurationLoader
            .LoadText($"actor-heartbeat.endpoints.x {{ url = \"wss://a\", {full} }}", "text", _ => null)
            .OrThrow();

        Assert.Equal(one.Endpoints, other.Endpoints);
    }

    private static readonly HeartbeatSettings DifferentHeartbeat = new()
    {
        Mode = HeartbeatMode.None,
        When = HeartbeatWhen.Always,
        Interval = TimeSpan.FromDays(1),
        Timeout = null,
        MaxMissed = 9,
        Strict = true,
        MaxSilence = TimeSpan.FromDays(1),
        Deliver = true,
    };

    private static readonly TimeoutSettings DifferentTimeouts = new()
    {
        Connect = TimeSpan.FromDays(1),
        Close = TimeSpan.FromDays(1),
        Send = TimeSpan.FromDays(1),
        DataIdle = new(TimeSpan.FromDays(1)),
    };

    private static readonly FramingSettings DifferentFraming = new()
    {
        Decode = FrameCoding.Gzip,
        Split = MessageSplit.Lines,
        EndWith = "a",
        DeliverAs = DeliverAs.Messages,
    };

    // Differs from every default, so that a key whose reader does nothing shows.
    private static EndpointSettings Different(EndpointSettings settings) =>
        settings with
        {
            Failover = new() { After = 9, Back = TimeSpan.FromDays(1) },
            Enabled = false,
            Group = "g",
            Timeouts = DifferentTimeouts,
            Backoff = new()
            {
                Initial = TimeSpan.FromDays(1),
                Max = TimeSpan.FromDays(1),
                Multiplier = 9,
                Jitter = Jitter.None,
                ResetAfter = TimeSpan.FromDays(1),
                MaxAttempts = 9,
            },
            Heartbeat = DifferentHeartbeat,
            Rotate = new() { Order = RotationOrder.CloseFirst },
            Limits = new()
            {
                Message = 1,
                SendQueue = 1,
                Replay = 1,
                ReplayBytes = 1,
                Overflow = OverflowPolicy.Disconnect,
            },
            Outcomes = new([], OutcomeAction.Stop),
            Send = new() { WhileDown = SendWhileDown.Queue, TimeToLive = TimeSpan.FromDays(1) },
            Compression = true,
            Framing = DifferentFraming,
            Redirects = 9,
            Cookies = true,
            Tls = new()
            {
                Verify = false,
                MinVersion = TlsVersion.Tls13,
                CaFile = "a",
                ClientCert = "b",
                ClientKey = "c",
                ServerName = "d",
            },
            Proxy = ProxySettings.None,
            Tcp = new() { KeepAlive = null },
            CloseCode = 4000,
            DrainCloseCode = 4000,
            ShowMessages = true,
        };

    // The keys of a section with freely named members are documented in the comment above the section.
    private static string DefaultInComment(string section, string path) =>
        Comments(section).Single(match => match.Groups["key"].Value == path).Groups["value"].Value;

    private static IEnumerable<string> CommentsAbove(string section) => Comments(section).Select(match => match.Groups["key"].Value);

    private static IEnumerable<Match> Comments(string section)
    {
        var end = Array.FindIndex(Lines, line => line.TrimStart().StartsWith($"{section} {{}}", StringComparison.Ordinal));
        return Lines
            .Take(end)
            .Reverse()
            .TakeWhile(line => line.TrimStart().StartsWith('#'))
            .Select(line => KeyComment().Match(line))
            .Where(match => match.Success);
    }

    [GeneratedRegex(@"^\s*#\s{3}(?<key>[a-z.-]+) = (?<value>\S+)")]
    private static partial Regex KeyComment();

    [GeneratedRegex(@"^\s*[a-z-]+ = ")]
    private static partial Regex KeyLine();
}
