using ActorHeartbeat.TestKit;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// Runs every fault of the catalogue against the real transport under a real supervisor and checks the cause, what the server
/// receives and what follows. <c>FaultMatrix.txt</c> has the expected lines, so a change of behaviour shows as a changed line there.
/// </summary>
public abstract class FaultMatrix(FaultMatrixRun run, ITestOutputHelper output)
{
    /// <summary>Close codes that the framework sends where the catalogue announces another one. RFC 6455 allows each of them.</summary>
    private static readonly Dictionary<string, int> OtherCloseSent = new()
    {
        // Compression was not offered, so the client sees a frame with a reserved bit instead of a bomb (RFC 6455 section 5.2).
        ["decompression-bomb"] = 1002,
        // The framework treats a malformed Close frame as a protocol error. Section 7.4.1 has
        // 1007 for invalid UTF-8, but section 8.1 only requires that the connection fails.
        ["close-invalid-utf8"] = 1002,
    };

    [Fact]
    public async Task Every_fault_leads_to_the_cause_the_close_code_the_state_and_the_delay_that_the_matrix_names()
    {
        var expected = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "FaultMatrix.txt"));

        string[] actual = [FaultMatrixRow.Header, .. run.Rows.Select(row => row.ToString())];

        output.WriteLine(string.Join('\n', actual));
        Assert.Equal([], actual.Except(expected));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Every_fault_has_the_effect_and_the_codes_that_the_catalogue_announces()
    {
        Assert.All(run.Rows, row =>
            Assert.Equal((row.Name, row.Fault.Effect, row.Fault.Status), (row.Name, row.Effect, row.Cause?.HttpStatus)));
        Assert.All(run.Rows.Where(row => row.Fault.CloseSent is not null), row =>
            Assert.Equal((row.Name, OtherCloseSent.GetValueOrDefault(row.Name, row.Fault.CloseSent!.Value)), (row.Name, row.CloseSent)));
        Assert.All(run.Rows.Where(row => row.Fault.CloseReceived is not null && row.Cause!.WasClean), row =>
            Assert.Equal((row.Name, row.Fault.CloseReceived), (row.Name, row.Cause!.CloseCode)));
    }

    [Fact]
    public void Every_fault_is_over_within_its_bound_and_with_one_socket()
    {
        output.WriteLine(
            string.Join('\n', run.Rows.Select(row => $"{row.Name,-28} | {row.After.TotalMilliseconds,5:0} ms | {row.Cause?.Detail}")));
        output.WriteLine($"drained within {run.Draining.TotalMilliseconds:0} ms");

        Assert.All(run.Rows, row => Assert.True(row.After < FaultMatrixRun.Bound(row.Fault.Effect), $"{row.Name} took {row.After}"));
        Assert.All(run.Rows, row => Assert.Equal((row.Name, 1), (row.Name, row.PeakSockets)));
        Assert.True(run.Draining < FaultMatrixRun.Bound(FaultEffect.Harmless), $"the drain took {run.Draining}");
    }
}

/// <summary>Runs the matrix on the framework's own WebSocket.</summary>
public sealed class FaultMatrixTests(FaultMatrixRun run, ITestOutputHelper output)
    : FaultMatrix(run, output),
        IClassFixture<FaultMatrixRun>;
