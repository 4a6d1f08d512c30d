namespace ActorHeartbeat.Simulation;

/// <summary>
/// A part of the actor system does not belong to the simulation: its configuration, a logger, a dispatcher or a mailbox. The message names
/// the part and says what to do instead.
/// </summary>
public sealed class NotSimulatedException : InvalidOperationException
{
    internal NotSimulatedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>
    /// Finds the exception that Akka.NET has wrapped, as it does when it calls a constructor by reflection; null when there is none.
    /// </summary>
    internal static NotSimulatedException? Inside(Exception? wrapping)
    {
        while (wrapping is not (null or NotSimulatedException))
            wrapping = wrapping.InnerException;
        return (NotSimulatedException?)wrapping;
    }
}
