namespace ActorHeartbeat.Hocon;

/// <summary>An error in a HOCON text, and its place.</summary>
/// <param name="Origin">The place.</param>
/// <param name="Length">Number of characters to underline, at least 1.</param>
/// <param name="Message">One line.</param>
/// <param name="SourceLine">The line that contains the error; null when there is none to show.</param>
public sealed record HoconError(HoconOrigin Origin, int Length, string Message, string? SourceLine)
{
    public override string ToString() => $"{Origin}: {Message}";
}
