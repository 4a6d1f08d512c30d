using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// Carries a failure from the place that detects it through the framework's handler,
/// which knows only exceptions. The dialer catches it; its callers never see it.
/// </summary>
internal sealed class DialException(DialFailure failure, Exception? inner = null) : Exception(failure.Message, inner)
{
    public DialException(FailureLayer layer, string message, Exception? inner = null)
        : this(new DialFailure(layer, message), inner)
    {
    }

    public DialFailure Failure { get; } = failure;
}
