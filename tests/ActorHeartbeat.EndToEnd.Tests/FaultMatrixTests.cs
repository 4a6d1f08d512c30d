using ActorHeartbeat.TestKit;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// Every fault of the catalogue against the real transport under a real supervisor: what it is called, what the server is told, and what
/// follows. <c>FaultMatrix.txt</c> is what is expected; a changed behaviour is a changed line there.
/// </summary>
public abstract class FaultMatrix(FaultMatrixRun run, ITestOutputHelper output)
{
    /// <summary>Where the catalogue asks for another code than the framework sends, and rightly gets it.</summary>
    private static readonly Dictionary<string, int> OtherCloseSent = new()
    {
        // Not offered, so there is no bomb, only a frame with a reserved bit (RFC 6455 section 5.2).
        ["decompression-bomb"] = 1002,
        // A Close frame against the rules is a violation as a whole; section 8.1, which has 1007, allows for it.
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

/// <summary>The framework's WebSocket.</summary>
public sealed class FaultMatrixTests(FaultMatrixRun run, ITestOutputHelper output)
    : FaultMatrix(run, output),
        IClassFixture<FaultMatrixRun>;
