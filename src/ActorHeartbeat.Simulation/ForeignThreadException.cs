namespace ActorHeartbeat.Simulation;

/// <summary>
/// Another thread reached into a simulation, or used it: the same seed would no longer give the same history. The message names the usual
/// causes, what to do instead, and the stack of the thread.
/// </summary>
public sealed class ForeignThreadException : InvalidOperationException
{
    internal ForeignThreadException(string message)
        : base(message)
    {
    }
}
