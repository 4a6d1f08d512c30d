using System.Diagnostics;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Measures a check, and a reload after one changed line, with ten thousand endpoints in one file.</summary>
[Collection(ScaleCollection.Name)]
public sealed class ScaleTenThousandTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 10_000;

    /// <summary>
    /// A quiet machine needs a second or two. An algorithm that is quadratic in the endpoints exceeds this bound on any machine.
    /// </summary>
    private static readonly TimeSpan Bound = ServiceProcess.Patience / 2;

    private readonly ReloadFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Ten_thousand_endpoints_are_checked_in_little_time()
    {
        _file.Save(Endpoints(edited: "before"));

        var started = Stopwatch.GetTimestamp();
        var check = await ServiceProcess.RunToEndAsync("check", _file.FullName);
        var took = Stopwatch.GetElapsedTime(started);

        output.WriteLine($"check: {took.TotalMilliseconds:0} ms, the start of the process included");
        Assert.Equal(0, check.ExitCode);
        Assert.Contains("10000 endpoints", check.Output, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.Zero, Bound);
    }

    [Fact]
    public async Task One_changed_line_among_ten_thousand_endpoints_is_reloaded_in_little_time()
    {
        _file.Save(Endpoints(edited: "before"));
        await using var service = await ServiceProcess.StartAsync(_file.FullName);

        _file.Save(Endpoints(edited: "after"));
        var (busy, asked) = (service.ProcessorTime, Stopwatch.GetTimestamp());
        var report = await service.PostAsync("/v1/config/reload");
        var (took, spent) = (Stopwatch.GetElapsedTime(asked), service.ProcessorTime - busy);

        output.WriteLine($"reload: {took.TotalMilliseconds:0} ms, {spent.TotalMilliseconds:0} ms of processor time");
        Assert.Equal("applied", report.GetProperty("outcome").GetString());
        Assert.Equal(Count - 1, report.GetProperty("diff").GetProperty("unchanged").GetInt32());
        Assert.InRange(spent, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    // All endpoints are off: the test measures the file, not the network.
    private static string Endpoints(string edited) =>
        ReloadFile.Service(
            string.Join(
                '\n',
                Enumerable
                    .Range(0, Count)
                    .Select(number =>
                        $$"""    feed-{{number:D5}} { url = "ws://127.0.0.1:9/{{number}}", """
                            + $$"""labels.venue = {{(number == 5000 ? edited : "same")}} }"""
                    )),
            defaults: "enabled = off");
}
