using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Samples;

/// <summary>Checks that the code in the READMEs is the code that runs here.</summary>
public sealed partial class ReadmeTests
{
    private const string TestKitReadme = "src/ActorHeartbeat.TestKit/README.md";

    [Theory]
    [InlineData("README.md", 7)]
    [InlineData("src/ActorHeartbeat/README.md", 1)]
    [InlineData("src/ActorHeartbeat.WebsocketClient/README.md", 1)]
    [InlineData(TestKitReadme, 5)]
    public void The_code_in_a_README_is_code_that_a_test_runs(string readme, int blocks)
    {
        string[] rooms = [Path.GetDirectoryName(Here())!, Path.GetDirectoryName(Here())! + ".Hosting"];
        var samples = rooms.SelectMany(room => Directory.GetFiles(room, "*.cs")).Where(file => file != Here())
            .Select(file => Lines(File.ReadAllText(file))).ToArray();

        var shown = Blocks(readme);

        Assert.Equal(blocks, shown.Length);
        Assert.All(shown, block => Assert.Contains(samples, sample => sample.Contains(Lines(block), StringComparison.Ordinal)));
    }

    [Fact]
    public void The_TestKit_names_every_path_and_stage()
    {
        var readme = Text(TestKitReadme);

        Assert.All(FeedPath.All, path => Assert.Contains($"`{path.Path}`", readme, StringComparison.Ordinal));
        Assert.All(Fault.All.Select(fault => fault.Stage).Distinct(), stage =>
            Assert.Contains($"`{stage}`", readme, StringComparison.Ordinal));
    }

    /// <summary>A reader who pastes an example has the package and a service of their own, but no type of this project.</summary>
    [Fact]
    public void The_examples_need_nothing_but_the_package_and_the_readers_own_service()
    {
        var words = Blocks(TestKitReadme).SelectMany(block => Words().Matches(block).Select(word => word.Value)).ToHashSet();

        var ours = typeof(ReadmeTests)
            .Assembly.GetTypes()
            .Concat(typeof(ScriptedNetwork).Assembly.GetTypes().Where(type => !type.IsVisible))
            .Select(type => type.Name);

        Assert.Equal(
            [nameof(LastPrice.GetPrice), nameof(LastPrice), nameof(LastPriceTests), nameof(PriceService)],
            ours.Where(words.Contains).Distinct().OrderBy(name => name is nameof(LastPrice.GetPrice) ? "" : name, StringComparer.Ordinal));
    }

    private static string[] Blocks(string readme) =>
        [
            .. Regex
                .Matches(Text(readme), "```csharp\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5))
                .Select(match => match.Groups[1].Value),
        ];

    /// <summary>Drops the indentation, which differs between README and code.</summary>
    private static string Lines(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string Text(string path) => File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../..", path));

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
