using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// Carries a failure that is understood where it happens through the framework's handler, which knows only exceptions. It is caught
/// by the dialer and never leaves this room.
/// </summary>
internal sealed class DialException(DialFailure failure, Exception? inner = null) : Exception(failure.Message, inner)
{
    public DialException(FailureLayer layer, string message, Exception? inner = null)
        : this(new DialFailure(layer, message), inner)
    {
    }

    public DialFailure Failure { get; } = failure;
}
