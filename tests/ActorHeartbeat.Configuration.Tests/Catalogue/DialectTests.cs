using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Configuration.Tests.Catalogue;

/// <summary>
/// Each dialect of the catalogue against the transcripts of its service, which cuts who breaks its rules: NAME.script and NAME-*.script.
/// </summary>
public class DialectTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Catalogue");

    public static TheoryData<string, string> Transcripts
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var dialect in Dialects.Names)
            {
                foreach (var script in ScriptsOf(dialect))
                    rows.Add(dialect, script);
            }
            return rows;
        }
    }

    public static TheoryData<string> Names => [.. Dialects.Names];

    [Theory]
    [MemberData(nameof(Transcripts))]
    public void The_service_is_content_with_the_dialect(string dialect, string script)
    {
        var fault = DialectTrial.Fault(dialect, Read(script));
        Assert.True(fault is null, fault);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_dialect_has_a_transcript_a_source_and_a_line_in_the_README(string dialect)
    {
        Assert.NotEmpty(ScriptsOf(dialect));
        Assert.Contains("# Source: ", Dialects.Text(dialect), StringComparison.Ordinal);
        Assert.Contains($"| `{dialect}` |", File.ReadAllText(RepositoryFiles.Path("README.md")), StringComparison.Ordinal);
    }

    /// <summary>An example in its place would be dialed.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_dialect_has_the_url_of_its_service_or_leaves_it_to_the_endpoint(string dialect)
    {
        var read = ConfigurationLoader.LoadText($"actor-heartbeat.endpoints.feed {{ templates = [\"{dialect}\"] }}", "a.conf", _ => "a");

        var row = File.ReadLines(RepositoryFiles.Path("README.md"))
            .Single(line => line.Contains($"| `{dialect}` |", StringComparison.Ordinal));
        Assert.Equal(DialectTrial.UrlInComment(dialect) is not null, row.Contains("| `url`", StringComparison.Ordinal));
        if (DialectTrial.UrlInComment(dialect) is not null)
            Assert.Equal("needs url", Assert.Single(read.Errors).Message);
        else
            Assert.DoesNotContain("example.com", Assert.Single(read.OrThrow().Endpoints).Url.OriginalString, StringComparison.Ordinal);
    }

    /// <summary>A transcript that is content without a piece of the dialect would prove nothing about that piece.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_service_is_not_content_without_any_piece_of_the_dialect(string dialect)
    {
        var text = Dialects.Text(dialect)!;
        var idle = Pieces
            .Where(piece => text.Contains($"\n  {piece.Key} ", StringComparison.Ordinal))
            .Where(piece => !Unheard.Contains((dialect, piece.Key)))
            .Where(piece => ScriptsOf(dialect).All(script => DialectTrial.Fault(dialect, Read(script), piece.Without) is null))
            .Select(piece => piece.Key);
        Assert.Empty(idle);
    }

    private static readonly (string Key, string Without)[] Pieces =
    [
        ("on-open", "on-open = []"),
        ("on-message", "on-message = []"),
        ("prepare", "prepare = []"),
        ("heartbeat", "heartbeat { mode = none, max-silence = off }"),
        ("decode", "decode = off"),
        ("split", "split = off"),
        ("end-with", "end-with = \"\""),
        ("subprotocols", "subprotocols = []"),
        ("close-code", "close-code = 1000"),
        ("max-age", "max-age = off"),
        ("outcomes.rules", $"outcomes.rules = {DefaultOf("outcomes.rules")}"),
    ];

    /// <summary>Pieces that no service can hear: a beat or a notice that is no data, a pause before what an operator adds.</summary>
    private static readonly HashSet<(string Dialect, string Key)> Unheard =
    [
        ("dialect.centrifugo", "heartbeat"), // the server dictates it
        ("dialect.coinbase", "on-message"),
        ("dialect.crypto-com", "on-open"),
        ("dialect.finnhub", "on-message"),
        ("dialect.nostr", "on-message"),
        ("dialect.socket-io", "heartbeat"), // the server dictates it
    ];

    private static string DefaultOf(string key) => ConfigurationLoader
        .LoadText("actor-heartbeat.endpoints.plain.url = \"ws://localhost\"").Configuration!
        .Show(new EndpointId("plain"))!
        .Settings.Single(setting => setting.Key == key).Json;

    private static string[] ScriptsOf(string dialect)
    {
        var name = dialect[(dialect.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return [.. Directory.GetFiles(Folder, "*.script")
            .Select(path => Path.GetFileName(path))
            .Where(file => file == $"{name}.script" || (file.StartsWith($"{name}-", StringComparison.Ordinal) && IsNoOther(file, dialect)))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>okx-refused.script belongs to okx, htx-private.script to htx-private and not to htx.</summary>
    private static bool IsNoOther(string file, string dialect) => Dialects.Names
        .Where(other => other.Length > dialect.Length)
        .All(other => !file.StartsWith(other[(other.IndexOf('.', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal));

    private static Transcript Read(string script) => Transcript.Parse(File.ReadAllText(Path.Combine(Folder, script)), script);
}
