using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ActorHeartbeat.Tests;

/// <summary>Checks the arrows between the rooms against the project files.</summary>
public partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["ActorHeartbeat.Hocon"] = [],
        ["ActorHeartbeat"] = [],
        ["ActorHeartbeat.Simulation"] = [],
        ["ActorHeartbeat.TestKit"] = ["ActorHeartbeat"],
        ["ActorHeartbeat.WebsocketClient"] = ["ActorHeartbeat"],
        ["ActorHeartbeat.Configuration"] = ["ActorHeartbeat", "ActorHeartbeat.Hocon"],
        ["ActorHeartbeat.Service"] = ["ActorHeartbeat.Configuration", "ActorHeartbeat.TestKit", "ActorHeartbeat.WebsocketClient"],
    };

    [Fact]
    public void Projects_refer_only_along_the_arrows()
    {
        var found = Directory
            .GetFiles(Source(), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(
                file => Path.GetFileNameWithoutExtension(file),
                file =>
                    XDocument
                        .Load(file)
                        .Descendants("ProjectReference")
                        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                        .Order()
                        .ToArray());

        Assert.Equal(Arrows.OrderBy(room => room.Key), found.OrderBy(room => room.Key));
    }

    [Fact]
    public void The_image_is_built_from_files_that_exist_and_that_its_ignore_file_lets_through()
    {
        var root = Path.Combine(Source(), "..");
        var let = File.ReadAllLines(Path.Combine(root, "docker/Dockerfile.dockerignore")).Where(line => line.StartsWith('!'));
        var copied = File.ReadAllLines(Path.Combine(root, "docker/Dockerfile"))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1])
            .Select(path => path.TrimEnd('/'))
            .ToList();

        Assert.NotEmpty(copied);
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(root, path)), path));
        Assert.Empty(copied.Except(let.Select(line => line[1..])));
    }

    [Fact]
    public void Inside_the_library_pure_rooms_know_no_actors_and_the_data_plane_knows_no_decisions()
    {
        foreach (var (room, forbidden) in new (string, string[])[]
        {
            ("Templates", ["Akka", .. Above("Templates")]),
            ("Endpoints", ["Akka", .. Above("Templates", "Endpoints")]),
            ("Protocol", ["Akka", .. Above("Templates", "Endpoints")]),
            ("Policies", ["Akka", .. Above("Templates", "Endpoints", "Protocol")]),
            ("Subscriptions", ["Akka", .. Above("Templates", "Endpoints", "Protocol", "Policies", "Subscriptions")]),
            ("Files", ["Akka", "ActorHeartbeat"]),
            ("Transport", ["Akka", .. Above("Templates", "Endpoints", "Protocol", "Files", "Transport")]),
            ("Feeds", Above("Endpoints", "Protocol", "Feeds")),
            ("Governor", Above("Endpoints", "Protocol", "Policies", "Scheduling")),
            ("Decoding", ["Akka", .. Above("Templates", "Endpoints", "Protocol", "Decoding")]),
            ("Extensions", ["Akka", .. Above("Templates", "Endpoints", "Decoding", "Extensions")]),
            (
                "Connections",
                Above(
                    "Templates", "Endpoints", "Decoding", "Extensions", "Protocol", "Policies", "Scheduling", "Transport", "Feeds",
                    "Governor", "Subscriptions")),
            ("Telemetry", ["Akka", .. Above("Endpoints", "Connections", "Feeds", "Subscriptions", "Telemetry")]),
            ("Scheduling", ["ActorHeartbeat"]),
        })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Source(), "ActorHeartbeat", room), "*.cs", SearchOption.AllDirectories))
            {
                var used = Usings().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value);
                Assert.DoesNotContain(used, name =>
                    forbidden.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
            }
        }
    }

    // Returns the rooms of the library except these.
    private static string[] Above(params string[] allowed) =>
    [
        .. Directory.GetDirectories(Path.Combine(Source(), "ActorHeartbeat")).Select(Path.GetFileName)
            .Where(room => room is not ("bin" or "obj") && !allowed.Contains(room))
            .Select(room => $"ActorHeartbeat.{room}"),
    ];

    [Fact]
    public void The_library_takes_neither_a_web_framework_nor_a_second_transport()
    {
        var project = XDocument.Load(Path.Combine(Source(), "ActorHeartbeat", "ActorHeartbeat.csproj"));

        Assert.Empty(project.Descendants("FrameworkReference"));
        Assert.Equal(
            ["Akka", "Akka.Hosting"],
            project.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value).Order());
    }

    /// <summary>The TestKit must work with every test framework.</summary>
    [Fact]
    public void The_TestKit_refers_to_no_test_framework()
    {
        string[] allowed = ["System.", "Microsoft.", "Akka", "ActorHeartbeat", "netstandard"];
        var project = XDocument.Load(Path.Combine(Source(), "ActorHeartbeat.TestKit/ActorHeartbeat.TestKit.csproj"));

        Assert.Empty(project.Descendants("PackageReference"));
        Assert.All(typeof(TestKit.ScriptedNetwork).Assembly.GetReferencedAssemblies(), used =>
            Assert.True(
                Array.Exists(allowed, prefix => used.Name!.StartsWith(prefix, StringComparison.Ordinal))
                    && !used.Name!.Contains("TestKit", StringComparison.Ordinal),
                used.Name));
    }

    private static string Source([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../src"));

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Usings();
}
