using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Service.Tests;

/// <summary>Checks statements of the README.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void The_configurations_in_the_README_load()
    {
        var blocks = Blocks("hocon");
        Assert.Equal(4, blocks.Length);

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

    private static string[] Blocks(string language) =>
        [
            .. Regex
                .Matches(Readme(), $"```{language}\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5))
                .Select(match => match.Groups[1].Value),
        ];

    private static string Readme() => File.ReadAllText(InRepository("README.md"));

    private static string InRepository(string path, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../..", path);

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Links();
}
