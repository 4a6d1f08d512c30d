namespace Akka.Hosting;

/// <summary>The registry could not do what it was asked.</summary>
public class ActorRegistryException : Exception
{
    /// <summary>With a text.</summary>
    public ActorRegistryException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and its cause.</summary>
    public ActorRegistryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>No actor is registered for the key that was asked for.</summary>
public sealed class MissingActorRegistryEntryException : ActorRegistryException
{
    /// <summary>With a text.</summary>
    public MissingActorRegistryEntryException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and its cause.</summary>
    public MissingActorRegistryEntryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
