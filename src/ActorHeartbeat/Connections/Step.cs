namespace ActorHeartbeat.Connections;

/// <summary>
/// What an event leads to: decided, not yet done. The states decide; <c>ConnectionActor.Take</c> alone carries a step out.
/// </summary>
/// <param name="Kind">Whether the actor makes a transition.</param>
/// <param name="Next">The state a transition leads to, which may be the present one.</param>
/// <param name="Data">What the actor knows from then on; null keeps what it knows.</param>
/// <param name="Effects">What is done before the transition, in order; null for nothing.</param>
internal readonly record struct Step(StepKind Kind, ConnectionState Next, ConnectionData? Data, Action? Effects)
{
    /// <summary>No transition: the deadline stays as it is armed.</summary>
    public static readonly Step Stay = new(StepKind.Stay, default, null, null);

    /// <summary>The actor stops.</summary>
    public static readonly Step Stop = new(StepKind.Stop, default, null, null);

    /// <summary>A transition, possibly to the present state; its deadline is armed again.</summary>
    public static Step GoTo(ConnectionState next, ConnectionData data) => new(StepKind.GoTo, next, data, null);

    public Step Using(ConnectionData data) => this with { Data = data };

    /// <summary>Adds an effect after the effects so far.</summary>
    public Step Then(Action effect) => this with { Effects = Effects + effect };

    /// <summary>Adds an effect before the effects so far.</summary>
    public Step First(Action effect) => this with { Effects = effect + Effects };
}

internal enum StepKind
{
    Stay,
    GoTo,
    Stop,
}
