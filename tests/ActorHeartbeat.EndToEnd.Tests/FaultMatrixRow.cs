using ActorHeartbeat.Connections;
using ActorHeartbeat.Policies;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>One fault and its effect on the supervised connection.</summary>
/// <param name="Name">The name of the fault, and how the endpoint differs from the others if it does.</param>
/// <param name="Fault">The fault as the catalogue announces it.</param>
/// <param name="Lost">The transition that the fault caused; null when the connection survived.</param>
/// <param name="After">The time from the permit to dial to that transition; zero when there was none.</param>
/// <param name="CloseSent">The code of the Close frame that the server received; null for none.</param>
/// <param name="PeakSockets">The largest number of sockets that the endpoint had at once.</param>
public sealed record FaultMatrixRow(string Name, Fault Fault, StateChanged? Lost, TimeSpan After, int? CloseSent, int PeakSockets)
{
    public const string Header =
        "fault                        | cause             | layer     | status | close seen | close sent | next        | delay";

    public CloseCause? Cause => Lost?.Cause;

    public ConnectionState Next => Lost?.To ?? ConnectionState.Open;

    /// <summary>The effect that the cause stands for.</summary>
    public FaultEffect Effect => Cause?.Kind switch
    {
        null => FaultEffect.Harmless,
        CauseKind.DialFailed => FaultEffect.Refused,
        CauseKind.ConnectTimeout => FaultEffect.Stalled,
        CauseKind.HeartbeatTimeout => FaultEffect.Silent,
        _ => FaultEffect.Ended,
    };

    /// <summary>
    /// Which of the endpoint's waits delays the next attempt. The waits are so far apart that even a busy machine cannot confuse them.
    /// </summary>
    private string Delay => Lost?.RetryIn switch
    {
        null => "-",
        var wait when IsJustUnder(wait, FaultMatrixRun.Backoff) => "backoff",
        var wait when IsJustUnder(wait, FaultMatrixRun.RetryAfter) => "retry-after",
        var wait when IsJustUnder(wait, FaultMatrixRun.Quarantine) => "quarantine",
        var wait => $"{wait}",
    };

    /// <summary>Formats a line of the matrix.</summary>
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
