using System.Diagnostics;
using Xunit.Abstractions;

namespace ActorHeartbeat.Simulation.Tests.Runtime;

/// <summary>Runs in several processes: string hashes and the numbering of threads and types differ between processes.</summary>
[Collection(Laboratory.Name)]
public class ProcessesTests(ITestOutputHelper output)
{
    private const int Seeds = 12, Hours = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_seed_gives_the_same_history_in_every_process()
    {
        var elsewhere = await Task.WhenAll(DigestsElsewhereAsync(), DigestsElsewhereAsync());
        var here = Histories.Digests(first: 1, Seeds, TimeSpan.FromHours(Hours)).ToArray();

        output.WriteLine(string.Join('\n', here));
        Assert.Equal(Seeds, here.Distinct().Count());
        Assert.Equal(here, elsewhere[0]);
        Assert.Equal(here, elsewhere[1]);
    }

    private static async Task<string[]> DigestsElsewhereAsync()
    {
        string[] arguments = [typeof(Program).Assembly.Location, "digest", "--seeds", $"{Seeds}", "--hours", $"{Hours}"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        using var late = new CancellationTokenSource(Patience);
        var printed = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        return printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
