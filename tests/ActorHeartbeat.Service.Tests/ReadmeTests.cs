using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Tests.Operating;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Checks statements of the README.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void The_configurations_in_the_README_load()
    {
        var blocks = Blocks("hocon");
        Assert.Equal(5, blocks.Length);

        foreach (var result in blocks.Select(block => ConfigurationLoader.LoadText(block, "README.md")))
        {
            Assert.Empty(result.Errors);
            Assert.Empty(result.OrThrow().Warnings);
        }
    }

    [Fact]
    public void Files_and_projects_that_the_README_names_exist()
    {
        var named = Links()
            .Matches(Readme())
            .Select(match => match.Groups[1].Value)
            .Append("src/ActorHeartbeat.Service")
            .Append("config/demo.conf")
            .Append("tests/run.sh");

        Assert.All(named, path => Assert.True(File.Exists(InRepository(path)) || Directory.Exists(InRepository(path)), path));
    }

    [Fact]
    public void Each_verb_has_its_row_in_the_README()
    {
        var rows = Readme().Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();

        Assert.All(
            CommandLine.Root(Terminal.Pipe).Subcommands,
            verb => Assert.Contains(rows, row => row.Contains($"`{verb.Name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_table_of_status_in_the_README_has_the_columns_of_status()
    {
        var page = new FleetPage(Standing.WorstFirst([Fleet.Down("server-asks", 325)]), Fleet.Now).Render(80, 24);

        Assert.Contains(Screen.Text(Fleet.Of(80, 24), page).Split('\n')[1], Readme(), StringComparison.Ordinal);
    }

    /// <summary>A loaded machine is late by seconds.</summary>
    [Fact]
    public void The_try_in_the_README_goes_on_for_seconds_after_the_heartbeat_that_it_shows()
    {
        var shown = Tries().Match(Readme()).Groups;

        var bound = int.Parse(shown["bound"].Value, CultureInfo.InvariantCulture);
        Assert.InRange(int.Parse(shown["beat"].Value, CultureInfo.InvariantCulture), 1, bound - 3);
        Assert.Equal(bound, int.Parse(shown["end"].Value, CultureInfo.InvariantCulture));
    }

    private static string[] Blocks(string language) =>
        [
            .. Regex
                .Matches(Readme(), $"```{language}\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5))
                .Select(match => match.Groups[1].Value),
        ];

    private static string Readme() => File.ReadAllText(InRepository("README.md"));

    private static string InRepository(string path, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../..", path);

    [GeneratedRegex(
        @"-- try config/demo\.conf json --for (?<bound>\d+)s\n.*?:(?<beat>\d\d)\.\d+ > .*?:(?<end>\d\d)\.\d+ \* closed by us",
        RegexOptions.Singleline)]
    private static partial Regex Tries();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Links();
}
