using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>One way for the line to a sound server to go bad; what a <see cref="TcpRelay"/> can do to it.</summary>
/// <param name="Fault">Its name and what a sound client makes of it, as in the catalogue of servers.</param>
/// <param name="Hurt">Done to the line.</param>
/// <param name="WhenOpen">Whether the connection is open by then; otherwise the line is bad before the first byte.</param>
public sealed record LineFault(Fault Fault, Action<TcpRelay> Hurt, bool WhenOpen = true)
{
    /// <summary>Far longer than a loopback takes, far shorter than any deadline of the matrix.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(50);

    /// <summary>A heartbeat and its answer, some ten bytes, take a few hundredths of a second.</summary>
    private const int Narrow = 1000;

    /// <summary>A heartbeat and its answer take some ten seconds, about as long as two of them may go unanswered.</summary>
    private const int TooNarrow = 1;

    /// <summary>Beside a line that is too narrow, so that no answer is in time by chance.</summary>
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
