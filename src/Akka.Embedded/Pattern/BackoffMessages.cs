using Akka.Actor;
using Akka.Event;

namespace Akka.Pattern;

/// <summary>A supervisor that starts its child again after growing delays. Made by <see cref="Backoff"/> and <see cref="BackoffOptions"/>; this is what can be told to it.</summary>
public static class BackoffSupervisor
{
    /// <summary>Props of a supervisor as the options describe it.</summary>
    public static Props Props(BackoffOptions options) => options.Props;

    /// <summary>As <see cref="Backoff.OnStop(Actor.Props, string, TimeSpan, TimeSpan, double, int)"/>, without a limit.</summary>
    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        Props(childProps, childName, minBackoff, maxBackoff, randomFactor, -1);

    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        Props(Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries));

    /// <summary>Asks for <see cref="CurrentChild"/>.</summary>
    public sealed class GetCurrentChild
    {
        public static readonly GetCurrentChild Instance = new();

        private GetCurrentChild() { }
    }

    /// <summary>The child; null while it is down.</summary>
    public sealed class CurrentChild(IActorRef @ref)
    {
        public IActorRef Ref { get; } = @ref;
    }

    /// <summary>Asks for <see cref="RestartCount"/>.</summary>
    public sealed class GetRestartCount
    {
        public static readonly GetRestartCount Instance = new();

        private GetRestartCount() { }
    }

    /// <summary>How often the child has been started again since the last reset.</summary>
    public sealed class RestartCount(int count)
    {
        public int Count { get; } = count;
    }

    /// <summary>Begins again with the shortest delay; only with <see cref="BackoffOptions.WithManualReset"/>.</summary>
    public sealed class Reset
    {
        public static readonly Reset Instance = new();

        private Reset() { }
    }

    /// <summary>The delay is over; sent by the supervisor to itself.</summary>
    public sealed class StartChild : IDeadLetterSuppression
    {
        public static readonly StartChild Instance = new();

        private StartChild() { }
    }

    /// <summary>The child has been up for long enough, unless it has failed since; sent by the supervisor to itself.</summary>
    public sealed class ResetRestartCount(int current) : IDeadLetterSuppression
    {
        public int Current { get; } = current;
    }
}
