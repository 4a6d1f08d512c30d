namespace ActorHeartbeat.Simulation;

/// <summary>Sets the synchronization context of the thread until it is disposed.</summary>
internal readonly ref struct Surroundings
{
    private readonly SynchronizationContext? _outer;

    private Surroundings(SynchronizationContext? outer) => _outer = outer;

    public static Surroundings Enter(SynchronizationContext? context)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        return new Surroundings(outer);
    }

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(_outer);
}
