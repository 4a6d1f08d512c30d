namespace Akka.Actor;

/// <summary>Root of the runtime's exceptions.</summary>
public abstract class AkkaException : Exception
{
    protected AkkaException() { }

    protected AkkaException(string message, Exception cause = null) : base(message, cause) { }

    protected Exception Cause => InnerException;
}

/// <summary>A constructor or PreStart threw. The default decider stops such an actor.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException() { }

    public ActorInitializationException(string message) : base(message) { }

    public ActorInitializationException(string message, Exception cause) : base(message, cause) { }

    public ActorInitializationException(IActorRef actor, string message, Exception cause = null) : base($"{actor}: {message}", cause) => Actor = actor;

    public IActorRef Actor { get; set; }
}

/// <summary>PostRestart, or the constructor of the new instance, threw.</summary>
public class PostRestartException : ActorInitializationException
{
    public PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
        : base(actor, "Exception post restart", cause) => OriginalCause = originalCause;

    /// <summary>What made the restart necessary.</summary>
    public Exception OriginalCause { get; }
}

/// <summary>Somebody sent <see cref="Kill"/>.</summary>
public class ActorKilledException : AkkaException
{
    public ActorKilledException() { }

    public ActorKilledException(string message) : base(message) { }
}

/// <summary>A <see cref="Terminated"/> was not handled.</summary>
public class DeathPactException(IActorRef deadActor) : AkkaException($"Monitored actor [{deadActor}] terminated")
{
    public IActorRef DeadActor { get; } = deadActor;
}

/// <summary>No answer came in time.</summary>
public class AskTimeoutException(string message) : AkkaException(message);

/// <summary>The name is empty, malformed or taken.</summary>
public class InvalidActorNameException : AkkaException
{
    public InvalidActorNameException(string message) : base(message) { }

    public InvalidActorNameException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>A null was told.</summary>
public class InvalidMessageException : AkkaException
{
    public InvalidMessageException() : this("Message is null") { }

    public InvalidMessageException(string message) : base(message) { }
}

/// <summary>An operation was called in a state that forbids it, such as stashing the same message twice.</summary>
public class IllegalActorStateException(string message) : AkkaException(message);

/// <summary>No actor answered for a selection in time.</summary>
public class ActorNotFoundException : AkkaException
{
    public ActorNotFoundException() { }

    public ActorNotFoundException(string message) : base(message) { }

    public ActorNotFoundException(string message, Exception innerException) : base(message, innerException) { }
}
