namespace ActorHeartbeat.Governor;

/// <summary>
/// Tells whether the process still has what a dial takes, such as file descriptors. The governor's actor asks it while dials wait, once a
/// second at most, so it must answer at once.
/// </summary>
public interface IDialRoom
{
    /// <summary>Looks how many more dials may begin.</summary>
    /// <param name="dialing">Dials in flight; they may still open something.</param>
    RoomForDials Look(int dialing);
}

/// <param name="Dials">How many more dials may begin; 0 for none, and then dials wait.</param>
/// <param name="Why">What is short, and the remedy, in one line.</param>
public readonly record struct RoomForDials(int Dials, string Why)
{
    /// <summary>Nothing is short.</summary>
    public static readonly RoomForDials Unlimited = new(int.MaxValue, "");
}
