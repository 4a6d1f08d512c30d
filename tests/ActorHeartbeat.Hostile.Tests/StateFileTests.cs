using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>State files, as earlier versions kept them, that the governor cannot have saved.</summary>
public sealed class StateFileTests
{
    private static readonly (string What, Action<string> Write)[] Files =
    [
        ("a pause of 10,000,000 days, with others", path => File.WriteAllText(path, Document(
            """{"key":"global","for":"10000000.00:00:00","why":"x"},{"key":"host:127.0.0.1","for":"-1.00:00:00","why":"x"},"""
            + """{"key":"group:g","for":"9999999999","why":"x"},{"key":"host:127.0.0.1","for":null,"why":"\u001b[2J"},7,null,[],{}"""))),
        ("tokens beyond the burst, negative and not finite, saved in the year 1", path => File.WriteAllText(path, Document("", budgets:
            """{"key":"global","tokens":1e300},{"key":"group:g","tokens":-5},{"key":"host:127.0.0.1","tokens":1e999},"""
            + """{"key":"global","tokens":-1e300},{"key":"global","tokens":"NaN"},{"key":"","tokens":1}""",
            savedAt: "0001-01-01T00:00:00Z"))),
        ("a date in the year 9999", path => File.WriteAllText(path, Document("", savedAt: "9999-12-31T23:59:59Z"))),
        ("garbage", path => File.WriteAllBytes(path, [.. Enumerable.Range(0, 4096).Select(number => (byte)(number * 37))])),
        ("10 MB of entries", path => File.WriteAllText(path, Document(string.Join(
            ',', Enumerable.Repeat("""{"key":"host:127.0.0.1","for":"1.00:00:00","why":"x"}""", 200_000))))),
        ("50,000 pauses of a day for other hosts", path => File.WriteAllText(path, Document(string.Join(
            ',', Enumerable.Range(0, 50_000).Select(number => $$"""{"key":"host:h{{number}}","for":"1.00:00:00","why":"x"}"""))))),
        ("lists 100,000 deep", path => File.WriteAllText(path, new string('[', 100_000))),
        ("a directory", path => Directory.CreateDirectory(path)),
    ];

    [Fact]
    public Task State_that_cannot_have_been_saved_stops_no_dial() => Try.AllAsync(
        Files.Select(file => new Try(
            Kind.StateFromDisk, $"state-file: {file.What}", $"dials go on, explain answers; {Scene.Well}, SIGTERM in time", () =>
                StateScene.GoesOnAsync("supervisor.state-file", "state.json", file.Write))));

    private static string Document(string pauses, string budgets = "", string? savedAt = null) =>
        $$"""{"version":1,"saved-at":"{{savedAt ?? $"{DateTimeOffset.UtcNow:O}"}}","budgets":[{{budgets}}],"pauses":[{{pauses}}]}""";
}
