using ActorHeartbeat.EndToEnd.Tests;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Configurations and includes that do not answer.</summary>
public sealed class IncludeTests
{
    /// <summary>Longer than a reading may take, on a busy machine.</summary>
    private static readonly TimeSpan GivenUpWithin = TimeSpan.FromSeconds(45);

    [Theory]
    [InlineData("show")]
    [InlineData("render")]
    [InlineData("run")]
    [InlineData("check", "/dev/zero", "/proc")]
    public async Task A_verb_says_at_which_file_it_cannot_go_on(string verb, params string[] others)
    {
        using var file = new ReloadFile();
        var fifo = Fifo.Make(Path.Combine(file.Folder, "fifo.conf"));
        file.Save($"include \"fifo.conf\"\n{ReloadFile.Service("")}");

        await Try.AllAsync(
            [
                new Try(
                    Kind.BlockingCalls, $"{verb} of a file that includes a named pipe", "exit code 1 and the pipe",
                    () => RefusedAsync(verb, file.FullName, "fifo.conf")),
                .. others.Prepend(fifo).Select(other => new Try(
                    Kind.BlockingCalls, $"{verb} of {Path.GetFileName(other)}", "exit code 1 and the file",
                    () => RefusedAsync(verb, other, other))),
            ]);
    }

    [Fact]
    public async Task A_reload_that_hangs_is_given_up_and_the_next_one_works()
    {
        await using var scene = await Scene.StartAsync();
        var included = scene.PathOf("included.conf");
        await File.WriteAllTextAsync(included, "");
        scene.File.Save(scene.Configuration(rest: "include \"included.conf\""));

        await Try.AllAsync(
            new Try(Kind.BlockingCalls, "a reload that includes a file that hangs", "given up within 30 s, and the file", async () =>
            {
                using var hung = new HungFile(included);
                var reload = scene.Service.PostAsync("/v1/config/reload");
                var well = await scene.WellAsync();
                var outcome = (await reload.WaitAsync(GivenUpWithin)).ToString();
                Assert.Contains($"reading hangs at {included}", outcome, StringComparison.Ordinal);
                var ready = await scene.Service.GetAsync("/healthz/ready");
                Assert.Equal("degraded", ready.GetProperty("status").GetString());
                return $"given up, degraded; meanwhile {well}";
            }),
            new Try(Kind.BlockingCalls, "the next reload, when the file answers again", "unchanged or applied", async () =>
            {
                var outcome = (await scene.Service.PostAsync("/v1/config/reload")).GetProperty("outcome").ToString();
                Assert.Contains(outcome, new[] { "applied", "unchanged" });
                return outcome;
            }),
            new Try(Kind.BlockingCalls, "SIGTERM during a reload that hangs", "exit code 0 within 25 s", async () =>
            {
                using var hung = new HungFile(included);
                await scene.Service.SignalAsync("HUP");
                await Task.Delay(500); // the reading begins
                return await scene.StopAsync();
            }));
    }

    [Fact]
    public Task A_start_that_hangs_says_where_and_ends_at_the_first_SIGTERM() => Try.AllAsync(
        new Try(Kind.BlockingCalls, "a configuration that hangs at the start", "the file, exit code 0 within 25 s of SIGTERM", async () =>
        {
            using var file = new ReloadFile();
            file.Save("");
            using var hung = new HungFile(file.FullName);
            await using var service = ServiceProcess.Begin(file.FullName);
            var line = await service.LineAsync("still reading");
            Assert.Contains($"{file.FullName} has not answered yet", line, StringComparison.Ordinal);
            await service.SignalAsync("TERM");
            var code = await service.ExitCodeAsync().WaitAsync(GivenUpWithin);
            Assert.Equal(0, code);
            return $"named, exit code {code}";
        }));

    private static async Task<string> RefusedAsync(string verb, string path, string named)
    {
        var ran = await Verb.RunAsync(verb, path);
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains(named, ran.Text, StringComparison.Ordinal);
        return $"exit code 1 after {Scene.Milliseconds(ran.Took)} ms: {ran.Text.Replace(Path.GetTempPath(), "", StringComparison.Ordinal)}";
    }
}
