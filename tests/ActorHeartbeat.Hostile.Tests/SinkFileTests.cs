using System.Text.Json;
using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Files of sinks and of the governor's state that others move, shorten, remove, share or own.</summary>
public sealed class SinkFileTests
{
    private const string Foreign = "PRECIOUS\nnot yours\npartial";

    [Fact]
    public async Task A_sink_notices_what_others_do_to_its_file_and_touches_none_that_is_not_its_own()
    {
        await using var scene = await Scene.StartAsync(rest: Sinks);

        await Try.AllAsync(
            new Try(Kind.Files, "sink file truncated to nothing", "whole lines from the start on, and why", async () =>
            {
                await WrittenAsync(scene, "truncated");
                await File.WriteAllTextAsync(scene.PathOf("truncated.ndjson"), "");
                return await ContinuesAsync(scene, "truncated", "truncated");
            }),
            new Try(Kind.Files, "sink file truncated in the middle of a line", "whole lines, and why", async () =>
            {
                await WrittenAsync(scene, "half");
                await using (var file = File.Open(scene.PathOf("half.ndjson"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    file.SetLength(file.Length / 2);
                return await ContinuesAsync(scene, "half", "truncated");
            }),
            new Try(Kind.Files, "sink file moved, then SIGHUP", "a new file under the name, and why", async () =>
            {
                await WrittenAsync(scene, "moved");
                File.Move(scene.PathOf("moved.ndjson"), scene.PathOf("moved.1"));
                await scene.Service.SignalAsync("HUP");
                return await ContinuesAsync(scene, "moved", "moved");
            }),
            new Try(Kind.Files, "sink file removed, then SIGHUP", "a new file under the name, and why", async () =>
            {
                await WrittenAsync(scene, "removed");
                File.Delete(scene.PathOf("removed.ndjson"));
                await scene.Service.SignalAsync("HUP");
                return await ContinuesAsync(scene, "removed", "removed");
            }),
            Untouched(scene, "sink onto a file with other content", "foreign", "foreign.txt"),
            Untouched(scene, "sink onto a link to such a file", "linked", "foreign.txt"),
            Fails(scene, "sink onto a dangling link", "dangling", "nothing is created", () => !File.Exists(scene.PathOf("nowhere"))),
            Fails(scene, "sink onto a named pipe", "pipe", "its feed goes on", () => true),
            Fails(scene, "sink onto a directory", "directory", "its feed goes on", () => true),
            Fails(scene, "two sinks onto one file, by two names", "second", "one fails and says who has it", () => true),
            new Try(Kind.Files, "all of these", Scene.Well, scene.WellAsync),
            scene.Stop(Kind.Files, "beside sinks that fail"));
    }

    [Fact]
    public async Task A_sink_whose_file_hangs_says_so()
    {
        await using var scene = await Scene.StartAsync();
        var path = scene.PathOf("hung.ndjson");
        await File.WriteAllTextAsync(path, "");

        await Try.AllAsync(
            new Try(Kind.Files, "sink onto a file that hangs", "it fails and says why, its feed goes on", async () =>
            {
                using var hung = new HungFile(path);
                scene.File.Save(scene.Configuration(rest: $"actor-heartbeat.sinks.hung {{ type = file, path = \"{path}\" }}"));
                await scene.Service.PostAsync("/v1/config/reload");
                var line = await scene.Service.LineAsync("the file has not answered for 10 s");
                var sinks = (await scene.Service.GetAsync("/v1/sinks")).ToString();
                Assert.Contains("the file has not answered for 10 s", sinks, StringComparison.Ordinal);
                return $"{line[13..]}; {await scene.WellAsync()}";
            }),
            new Try(Kind.Files, "the same when the file answers again", "it writes", async () =>
            {
                await scene.Service.LineAsync("The file of sink hung answers again");
                return "it writes";
            }));
    }

    [Fact]
    public async Task A_file_that_another_process_owns_stays_its_own()
    {
        const string Keep = "state.json";
        await using var owner = await Scene.StartAsync(rest: scene => Shared(scene.PathOf("shared.ndjson"), scene.PathOf(Keep)));
        await WrittenAsync(owner, "shared");
        await using var other = await Scene.StartAsync(rest: _ => Shared(owner.PathOf("shared.ndjson"), owner.PathOf(Keep)));

        await Try.AllAsync(
            new Try(Kind.Files, "two services with one sink file", "the second one fails and says who has it", async () =>
            {
                var failure = await FailingAsync(other, "shared");
                Assert.Contains($"process {owner.Service.Id} ", failure, StringComparison.Ordinal);
                return failure;
            }),
            new Try(Kind.Files, "two services with one state.path", "the second one says who has it, and saves nothing", async () =>
                await other.Service.LineAsync($"{Keep} is in use by process {owner.Service.Id} ")),
            new Try(Kind.Files, "the second service", Scene.Well, other.WellAsync),
            new Try(Kind.Files, "the owner of the files", Scene.Well, owner.WellAsync),
            other.Stop(Kind.Files, "of the second service"),
            new Try(Kind.Files, "the file that both named", "whole lines of one instance", async () =>
            {
                await owner.StopAsync();
                var instances = LinesOf(owner, "shared").Select(line => line.GetProperty("instance").GetString()).Distinct().ToArray();
                Assert.Single(instances);
                return $"{LinesOf(owner, "shared").Count} lines of one instance";
            }));
    }

    private static string Sinks(Scene scene)
    {
        File.WriteAllText(scene.PathOf("foreign.txt"), Foreign);
        File.CreateSymbolicLink(scene.PathOf("linked.ndjson"), scene.PathOf("foreign.txt"));
        File.CreateSymbolicLink(scene.PathOf("dangling.ndjson"), scene.PathOf("nowhere"));
        File.CreateSymbolicLink(scene.PathOf("second.ndjson"), scene.PathOf("truncated.ndjson"));
        Fifo.Make(scene.PathOf("pipe.ndjson"));
        Directory.CreateDirectory(scene.PathOf("directory.ndjson"));
        string[] names = ["truncated", "half", "moved", "removed", "linked", "dangling", "second", "pipe", "directory"];
        return string.Join(
            '\n',
            [
                .. names.Select(name => $"actor-heartbeat.sinks.{name} {{ type = file, path = \"{scene.PathOf($"{name}.ndjson")}\" }}"),
                $"actor-heartbeat.sinks.foreign {{ type = file, path = \"{scene.PathOf("foreign.txt")}\" }}",
            ]);
    }

    private static string Shared(string sink, string state) =>
        $"actor-heartbeat {{ sinks.shared {{ type = file, path = \"{sink}\" }}, state.path = \"{state}\" }}";

    private static Try Untouched(Scene scene, string what, string sink, string file) => new(
        Kind.Files, what, "the file is untouched, the sink fails and says why", async () =>
        {
            var failure = await FailingAsync(scene, sink);
            Assert.Equal(Foreign, await File.ReadAllTextAsync(scene.PathOf(file)));
            return failure;
        });

    private static Try Fails(Scene scene, string what, string sink, string also, Func<bool> holds) => new(
        Kind.Files, what, $"the sink fails and says why, {also}", async () =>
        {
            var failure = await FailingAsync(scene, sink);
            Assert.True(holds());
            return failure;
        });

    private static async Task<string> FailingAsync(Scene scene, string name)
    {
        var failure = "";
        await Eventually.TrueAsync(
            async () => (failure = Sink(await scene.Service.GetAsync("/v1/sinks"), name).GetProperty("failure").GetString() ?? "") != "",
            ServiceProcess.Patience, $"the sink {name} fails");
        return failure.Replace(scene.File.Folder, "", StringComparison.Ordinal);
    }

    private static JsonElement Sink(JsonElement sinks, string name) =>
        sinks.GetProperty("sinks").EnumerateArray().First(sink => sink.GetProperty("name").GetString() == name);

    private static Task WrittenAsync(Scene scene, string name) => Eventually.TrueAsync(
        () => Task.FromResult(File.Exists(scene.PathOf($"{name}.ndjson")) && new FileInfo(scene.PathOf($"{name}.ndjson")).Length > 2000),
        ServiceProcess.Patience, $"the sink {name} writes");

    private static async Task<string> ContinuesAsync(Scene scene, string name, string why)
    {
        var found = false;
        await Eventually.TrueAsync(
            () =>
            {
                found = File.Exists(scene.PathOf($"{name}.ndjson")) && File.ReadAllText(scene.PathOf($"{name}.ndjson")) is var text
                    && text.Contains($"\"why\":\"{why}\"", StringComparison.Ordinal) && text.EndsWith('\n');
                return Task.FromResult(found);
            },
            ServiceProcess.Patience, $"the file of {name} goes on after \"{why}\"");
        var lines = LinesOf(scene, name);
        return $"{lines.Count} whole lines, \"{why}\"";
    }

    private static List<JsonElement> LinesOf(Scene scene, string name) =>
        [.. File.ReadAllText(scene.PathOf($"{name}.ndjson")).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement)];
}
