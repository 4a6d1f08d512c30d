namespace Akka.Contract.Tests;

/// <summary>Holds an actor inside a handler while the spec does something else. Every wait has a deadline.</summary>
public sealed class Gate : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _released = new();

    /// <summary>Called by the actor.</summary>
    public void Hold()
    {
        _held.Set();
        Assert.True(_released.Wait(Deadline), "The spec did not release the actor.");
    }

    /// <summary>Called by the spec: the actor is inside its handler now.</summary>
    public void AwaitHeld() => Assert.True(_held.Wait(Deadline), "The actor did not reach the gate.");

    public bool IsReleased => _released.IsSet;

    public void Release() => _released.Set();

    public void Dispose()
    {
        _released.Set();
        _held.Dispose();
    }
}
