using System.Runtime.CompilerServices;
using System.Text;
using Xunit.Sdk;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>
/// Stories of a connection as files. A story line is an event; the lines below it show the state
/// of the actor, then its effects. With <c>ACTORHEARTBEAT_WRITE_TRANSCRIPTS=1</c> in the
/// environment the test rewrites the files, so that a change of behaviour shows as a changed line.
/// </summary>
public sealed class TranscriptTests() : Akka.TestKit.Xunit2.TestKit(Story.Configuration)
{
    public static TheoryData<string> Names() =>
        [.. Directory.GetFiles(Folder(), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_story_goes_as_its_transcript_says(string name)
    {
        var path = Path.Combine(Folder(), $"{name}.txt");
        var expected = File.ReadAllText(path);

        var actual = Replay(expected.Split('\n'));

        if (Environment.GetEnvironmentVariable("ACTORHEARTBEAT_WRITE_TRANSCRIPTS") == "1")
            File.WriteAllText(path, actual);
        else if (actual != expected)
            throw new XunitException($"{name}.txt is no longer what happens. What happens is:\n\n{actual}");
    }

    [Fact]
    public void There_are_at_least_thirty_stories() => Assert.InRange(Names().Count, 30, int.MaxValue);

    private string Replay(IEnumerable<string> transcript)
    {
        var actual = new StringBuilder();
        using var story = new Story(Sys, CreateTestProbe());
        foreach (var line in transcript.Where(line => !line.StartsWith("  ", StringComparison.Ordinal)))
        {
            actual.Append(line).Append('\n');
            if (line.Length == 0 || line.StartsWith('#') || story.Play(line) is not { } moment)
                continue;
            foreach (var led in moment.Lines())
                actual.Append(led).Append('\n');
        }
        return actual.ToString().TrimEnd('\n') + "\n";
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
