using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>A way in which the line to a sound server fails, as a <see cref="TcpRelay"/> can bring it about.</summary>
/// <param name="Fault">The name of the fault and its effect on a sound client, in the form of the server catalogue.</param>
/// <param name="Hurt">Damages the line.</param>
/// <param name="WhenOpen">Whether to damage the line after the connection
/// has opened; otherwise the line is bad before the first byte.</param>
public sealed record LineFault(Fault Fault, Action<TcpRelay> Hurt, bool WhenOpen = true)
{
    /// <summary>Far longer than a loopback round trip and far shorter than any deadline of the matrix.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes per second at which a heartbeat and its answer, about ten bytes, take a few hundredths of a second.</summary>
    private const int Narrow = 1000;

    /// <summary>
    /// Bytes per second at which a heartbeat and its answer take about ten seconds, as long as two heartbeats may stay unanswered.
    /// </summary>
    private const int TooNarrow = 1;

    /// <summary>Added to a line that is too narrow, so that no answer arrives in time by chance.</summary>
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<LineFault> All { get; } =
    [
        new(Named("line-delays", FaultEffect.Harmless, "every byte comes later"), line => line.Delay = Lag),
        new(Named("line-throttles", FaultEffect.Harmless, "few bytes a second, enough for a heartbeat"), line =>
            line.BytesPerSecond = Narrow),
        new(Named("line-chokes", FaultEffect.Silent, "so few bytes a second, and so late, that no heartbeat is answered in time"), Choke),
        new(Named("line-freezes", FaultEffect.Silent, "nothing passes any more and nobody is told"), line => line.Freeze()),
        new(
            Named("line-frozen", FaultEffect.Stalled, "connections are accepted and nothing ever passes"),
            line => line.Freeze(),
            WhenOpen: false),
        new(Named("line-cut", FaultEffect.Ended, "FIN to both sides without a close frame"), line => line.Cut()),
        new(Named("line-reset", FaultEffect.Ended, "RST to both sides"), line => line.Reset()),
    ];

    private static void Choke(TcpRelay line) => (line.BytesPerSecond, line.Delay) = (TooNarrow, TooLate);

    private static Fault Named(string name, FaultEffect effect, string description) =>
        Fault.None with { Name = name, Stage = FaultStage.Tcp, Effect = effect, Description = description };
}
