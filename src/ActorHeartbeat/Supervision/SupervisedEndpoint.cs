using ActorHeartbeat.Connections;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Supervision;

/// <summary>The registry's entry: what is wanted of an endpoint, and the actors that exist for it now.</summary>
internal sealed class SupervisedEndpoint(EndpointMemory memory, DateTimeOffset since)
{
    private readonly Dictionary<IActorRef, ConnectionRole> _actors = [];

    public EndpointMemory Memory { get; } = memory;

    public EndpointMode Mode { get; private set; } = EndpointMode.Paused;

    public CloseCause? Failure { get; private set; }

    public DateTimeOffset Since { get; private set; } = since;

    /// <summary>To be forgotten when its last actor has stopped.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>What its successor, which is about to stop, has failed of; null when it has not.</summary>
    public RotationFailed? RotationFailed { get; set; }

    /// <summary>The actor that is the endpoint's connection; null when it is not running or still starts.</summary>
    public IActorRef? Primary { get; private set; }

    /// <summary>The actor of a planned rotation that has not taken over yet.</summary>
    public IActorRef? Successor { get; private set; }

    /// <summary>Whether there is exactly one connection, so that a second one may be opened beside it: an old one may still be closing.</summary>
    public bool CanRotate => Primary is not null && _actors.Count == 1;

    /// <summary>Whether no actor exists for it, not even one that is closing.</summary>
    public bool IsIdle => _actors.Count == 0;

    public void Enter(EndpointMode mode, DateTimeOffset now, CloseCause? failure = null)
    {
        if (mode != Mode)
            Since = now;
        (Mode, Failure) = (mode, failure);
    }

    public void Started(IActorRef actor, ConnectionRole role)
    {
        _actors.Add(actor, role);
        if (role.IsPrimary)
            Primary = actor;
        else
            Successor = actor;
    }

    /// <summary>Tells the connections that are wanted: one, none, or two during a rotation.</summary>
    public void Tell(object message)
    {
        Primary?.Tell(message);
        Successor?.Tell(message);
    }

    /// <summary>Nothing more is wanted of its actors but that they close.</summary>
    public IEnumerable<IActorRef> LetGo()
    {
        foreach (var role in _actors.Values)
        {
            if (IsRemoved)
                role.Yield();
            role.IsReleased = true;
        }
        (Primary, Successor, RotationFailed) = (null, null, null);
        return _actors.Keys;
    }

    /// <summary>The successor becomes the primary, unless it is no longer ready to.</summary>
    /// <param name="old">The old primary, which is to close; null when there is none.</param>
    public bool TrySucceed(out IActorRef? old)
    {
        old = Primary;
        var role = _actors[Successor!];
        if (!role.TryTakeOver())
            return false;
        if (old is not null)
            _actors[old].Yield();
        Memory.Inherit(role);
        Memory.RotationFailures = 0;
        if (old is not null)
            _actors[old].IsReleased = true;
        (Primary, Successor, RotationFailed) = (Successor, null, null);
        return true;
    }

    /// <summary>Whether it is one of the connections that are wanted: what one that was let go still says is of the past.</summary>
    public bool Hears(ConnectionRole role) => IsSuccessor(role) || (Primary is { } primary && _actors[primary] == role);

    public bool IsSuccessor(ConnectionRole role) => Successor is { } successor && _actors[successor] == role;

    public void Stopped(IActorRef actor)
    {
        if (_actors.Remove(actor, out var role))
            role.Yield();
        if (Primary?.Equals(actor) == true)
            Primary = null;
        if (Successor?.Equals(actor) == true)
            Successor = null;
    }
}
