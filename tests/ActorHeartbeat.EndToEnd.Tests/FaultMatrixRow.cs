using ActorHeartbeat.Connections;
using ActorHeartbeat.Policies;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>One fault and what the product made of it.</summary>
/// <param name="Name">The fault's, and how the endpoint differs if it does.</param>
/// <param name="Fault">As the catalogue announces it.</param>
/// <param name="Lost">The transition the fault led to; null when the connection survived it.</param>
/// <param name="After">From the permit to dial to that transition; zero when there was none.</param>
/// <param name="CloseSent">The code of the Close frame the server got; null for none.</param>
/// <param name="PeakSockets">The most sockets the endpoint had at once.</param>
public sealed record FaultMatrixRow(string Name, Fault Fault, StateChanged? Lost, TimeSpan After, int? CloseSent, int PeakSockets)
{
    public const string Header =
        "fault                        | cause             | layer     | status | close seen | close sent | next        | delay";

    public CloseCause? Cause => Lost?.Cause;

    public ConnectionState Next => Lost?.To ?? ConnectionState.Open;

    /// <summary>The effect as the cause tells it.</summary>
    public FaultEffect Effect => Cause?.Kind switch
    {
        null => FaultEffect.Harmless,
        CauseKind.DialFailed => FaultEffect.Refused,
        CauseKind.ConnectTimeout => FaultEffect.Stalled,
        CauseKind.HeartbeatTimeout => FaultEffect.Silent,
        _ => FaultEffect.Ended,
    };

    /// <summary>
    /// Which of the endpoint's waits the next attempt has; they are chosen so far apart that a busy machine confuses none.
    /// </summary>
    private string Delay => Lost?.RetryIn switch
    {
        null => "-",
        var wait when IsJustUnder(wait, FaultMatrixRun.Backoff) => "backoff",
        var wait when IsJustUnder(wait, FaultMatrixRun.RetryAfter) => "retry-after",
        var wait when IsJustUnder(wait, FaultMatrixRun.Quarantine) => "quarantine",
        var wait => $"{wait}",
    };

    /// <summary>A line of the matrix.</summary>
    public override string ToString() =>
        string.Join(
            " | ",
            $"{Name,-28}",
            $"{Cause?.Kind.ToString() ?? "-",-17}",
            $"{Cause?.Layer?.ToString() ?? "-",-9}",
            $"{Cause?.HttpStatus?.ToString() ?? "-",-6}",
            $"{Cause?.CloseCode?.ToString() ?? "-",-10}",
            $"{CloseSent?.ToString() ?? "-",-10}",
            $"{Next,-11}",
            Delay);

    private static bool IsJustUnder(TimeSpan? wait, TimeSpan full) => wait <= full && wait > full - TimeSpan.FromSeconds(5);
}
