using System.Diagnostics;
using ActorHeartbeat.EndToEnd.Tests;

namespace ActorHeartbeat.Hostile.Tests.Scenes;

/// <summary>A verb that runs to its end, with the time and the memory that it took.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Text">What it printed, output and errors.</param>
/// <param name="Took">From its start to its end.</param>
/// <param name="Peak">The most memory in MiB.</param>
public sealed record Verb(int ExitCode, string Text, TimeSpan Took, long Peak)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    public static async Task<Verb> RunAsync(params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        string[] all = [Path.Combine(AppContext.BaseDirectory, "ActorHeartbeat.Service.dll"), .. arguments];
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(ServiceProcess.Patience);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        try
        {
            var ended = process.WaitForExitAsync(deadline.Token);
            while (await Task.WhenAny(ended, Task.Delay(Look)) != ended)
                peak = Math.Max(peak, Memory.PeakOf(process.Id) ?? 0);
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
        Assert.False(
            deadline.IsCancellationRequested, $"{string.Join(' ', arguments)} has not ended; it has printed:\n{await output}{await error}");
        return new Verb(process.ExitCode, await output + await error, Stopwatch.GetElapsedTime(start), peak);
    }
}
