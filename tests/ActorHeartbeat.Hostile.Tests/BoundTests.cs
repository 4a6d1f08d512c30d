using System.Diagnostics;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Tests that want the processors for themselves: what they try has a deadline and costs seconds of work.</summary>
[CollectionDefinition(nameof(BoundTests), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>Configurations whose tree or cost is far larger than their text, at <c>check</c> and at a reload.</summary>
[Collection(nameof(BoundTests))]
public sealed class BoundTests
{
    /// <summary>In MiB. HoconLimits promise that no input takes more than about 1 GiB; the process itself comes on top.</summary>
    private const long MostMemory = 1400;

    /// <summary>A hundred errors of at most two thousand characters, with their lines.</summary>
    private const int LongestAnswer = 400_000;

    /// <summary>The reload's deadline, and time to answer.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(32);

    [Fact]
    public async Task A_reload_of_a_hostile_file_is_refused_and_the_process_lives()
    {
        await using var scene = await Scene.StartAsync();
        var good = scene.Configuration();

        await Try.AllAsync(
            [
                .. HostileFiles.All.Select(hostile => new Try(
                    Kind.Bounds, $"reload: {hostile.What}", $"{hostile.Expected} within {Within.TotalSeconds} s, the next reload works",
                    () => ReloadAsync(scene, hostile, good))),
                new Try(Kind.Bounds, "all these reloads", $"{Scene.Well}, at most {MostMemory} MiB", async () =>
                {
                    var well = await scene.WellAsync();
                    Assert.InRange(scene.PeakMemory(), 1, MostMemory);
                    return $"{well}, {scene.PeakMemory()} MiB at most";
                }),
                scene.Stop(Kind.Bounds, "after hostile reloads"),
            ]);
    }

    [Fact]
    public async Task A_check_of_a_hostile_file_ends_with_an_error()
    {
        using var file = new EndToEnd.Tests.ReloadFile();

        await Try.AllAsync(HostileFiles.All.Where(hostile => hostile.IsChecked).Select(hostile => new Try(
            Kind.Bounds, $"check: {hostile.What}", $"{hostile.Expected} within {Within.TotalSeconds} s, at most {MostMemory} MiB",
            () => CheckAsync(file, hostile))));
    }

    private static async Task<string> CheckAsync(EndToEnd.Tests.ReloadFile file, HostileFile hostile)
    {
        hostile.Write(file.FullName, "");
        try
        {
            var ran = await Verb.RunAsync("check", file.FullName);
            Assert.Equal(hostile.IsRefused ? 1 : 0, ran.ExitCode);
            Assert.InRange(ran.Took, TimeSpan.Zero, Within);
            Assert.InRange(ran.Peak, 1, MostMemory);
            Assert.InRange(ran.Text.Length, 1, LongestAnswer);
            return $"{Scene.Milliseconds(ran.Took)} ms, {ran.Peak} MiB: {Shown(ran.Text, file.Folder)}";
        }
        finally
        {
            HostileFile.Remove(file.FullName);
        }
    }

    private static async Task<string> ReloadAsync(Scene scene, HostileFile hostile, string good)
    {
        hostile.Write(scene.File.FullName, good);
        try
        {
            var start = Stopwatch.GetTimestamp();
            var report = await scene.Service.PostAsync("/v1/config/reload");
            var took = Stopwatch.GetElapsedTime(start);
            Assert.Contains(
                report.GetProperty("outcome").GetString(), hostile.IsRefused ? ["invalid"] : new[] { "applied", "unchanged" });
            Assert.InRange(took, TimeSpan.Zero, Within);
            Assert.InRange(report.ToString().Length, 1, LongestAnswer);
            await scene.AliveAsync();
            return $"{Scene.Milliseconds(took)} ms: {Shown(report.ToString(), scene.File.Folder)}";
        }
        finally
        {
            HostileFile.Remove(scene.File.FullName);
            scene.File.Save(good);
            var healed = (await scene.Service.PostAsync("/v1/config/reload")).GetProperty("outcome").GetString();
            Assert.Contains(healed, new[] { "applied", "unchanged" });
        }
    }

    private static string Shown(string text, string folder)
    {
        var message = text.IndexOf("\"message\"", StringComparison.Ordinal);
        return text[Math.Max(0, message)..].Replace(folder, "", StringComparison.Ordinal);
    }
}
