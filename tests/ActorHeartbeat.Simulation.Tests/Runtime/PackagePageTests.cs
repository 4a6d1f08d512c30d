using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>Compares the README of the package with the code.</summary>
public partial class PackagePageTests
{
    [Fact]
    public void The_example_of_the_page_is_the_one_that_runs_here()
    {
        var page = File.ReadAllText(Beside("../../../src/ActorHeartbeat.Simulation/README.md"));
        var running = Bare(File.ReadAllText(Beside("Batching.cs"))) + Bare(File.ReadAllText(Beside("HostedTests.cs")));

        var shown = Example().Matches(page).Select(match => Bare(match.Groups[1].Value)).ToArray();

        Assert.Equal(2, shown.Length);
        Assert.All(shown, example => Assert.Contains(example, running));
    }

    private static string Bare(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string Beside(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, file);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
