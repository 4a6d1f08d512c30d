using System.Diagnostics;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Runs the delivery shows in a small size: promises that hold at any speed are kept, and a broken promise is reported.</summary>
[Collection(ScaleCollection.Name)]
public sealed class DeliveryShowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(
        "volume --endpoints 5 --rate 1000 --seconds 2 --at-least 0", 0, "kept   every subscriber's sequence is contiguous or explained")]
    [InlineData("volume --endpoints 2 --rate 1000 --seconds 1 --at-least 100", 1, "BROKEN at least 100 x 1,000 messages/s")]
    [InlineData("cuts --endpoints 3 --rate 900 --seconds 3 --every 0.5", 0, "kept   every number is received or inside a gap")]
    public async Task A_show_ends_with_its_verdict(string show, int exitCode, string line)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "ActorHeartbeat.Benchmarks.dll"), .. show.Split(' ')])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);

            Assert.Contains(line, output, StringComparison.Ordinal);
            Assert.Equal(exitCode, process.ExitCode);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
