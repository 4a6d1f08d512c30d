namespace ActorHeartbeat.Hocon;

/// <summary>What is wrong, and where.</summary>
/// <param name="Origin">The place.</param>
/// <param name="Length">How much to underline, at least 1.</param>
/// <param name="Message">One line.</param>
/// <param name="SourceLine">The line it stands in; null when there is none to show.</param>
public sealed record HoconError(HoconOrigin Origin, int Length, string Message, string? SourceLine)
{
    public override string ToString() => $"{Origin}: {Message}";
}
