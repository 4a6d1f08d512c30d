using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit;

/// <summary>One attempt as a <see cref="ScriptedNetwork"/> saw it.</summary>
public sealed class ScriptedDial
{
    private readonly ScriptedNetwork _network;
    private readonly IConnectionObserver _observer;

    // Continuations run inside Accept or Fail, on the test's thread: that is what makes a test deterministic.
    private readonly TaskCompletionSource<DialResult> _result = new();
    private CancellationTokenRegistration _givingUp;

    internal ScriptedDial(ScriptedNetwork network, int number, DialRequest request, IConnectionObserver observer)
    {
        (_network, Number, Request, _observer) = (network, number, request, observer);
    }

    /// <summary>1 for the network's first dial.</summary>
    public int Number { get; }

    public DialRequest Request { get; }

    public EndpointId Endpoint => Request.Settings.Id;

    /// <summary>Whether the attempt was given up, before or after it completed.</summary>
    public bool IsGivenUp { get; private set; }

    public bool IsCompleted => _result.Task.IsCompleted;

    /// <summary>The resulting connection, or null.</summary>
    public ScriptedConnection? Connection { get; private set; }

    internal Task<DialResult> Result => _result.Task;

    /// <summary>Completes the dial with a connection.</summary>
    /// <exception cref="InvalidOperationException">It is completed already.</exception>
    public ScriptedConnection Accept(string? subprotocol = null, Action<ScriptedConnection>? prepare = null)
    {
        MustBePending();
        var connection = new ScriptedConnection(_network, Request, _observer, subprotocol);
        prepare?.Invoke(connection);
        Connection = connection;
        Complete(new DialResult.Connected(connection));
        return connection;
    }

    /// <summary>Completes the dial with a failure.</summary>
    /// <exception cref="InvalidOperationException">It is completed already.</exception>
    public void Fail(DialFailure failure)
    {
        MustBePending();
        _network.SocketGone(Endpoint);
        Complete(new DialResult.Failed(failure));
    }

    /// <inheritdoc cref="Fail(DialFailure)"/>
    public void Fail(FailureLayer layer, string message = "scripted") => Fail(new DialFailure(layer, message));

    internal void Follow(DialScript script, CancellationToken cancellation)
    {
        _givingUp = cancellation.Register(() => GiveUp(script));
        if (!IsCompleted)
            Play(script);
    }

    private void Play(DialScript script)
    {
        if (IsCompleted)
            return;
        switch (script)
        {
            case DialScript.Accepting accept:
                Accept(accept.Subprotocol, accept.Prepare);
                break;
            case DialScript.Failing fail:
                Fail(fail.Failure);
                break;
            case DialScript.Delayed delayed:
                _network.After(delayed.Delay, () => Play(delayed.Then));
                break;
        }
    }

    private void GiveUp(DialScript script)
    {
        IsGivenUp = true;
        if (!IsCompleted && script is not DialScript.ManualResult)
            Fail(FailureLayer.Timeout, "the attempt was given up");
    }

    private void Complete(DialResult result)
    {
        _givingUp.Unregister();
        CallersThread.Complete(_result, result);
    }

    private void MustBePending()
    {
        if (IsCompleted)
            throw new InvalidOperationException($"dial {Number} of {Endpoint} is completed already");
    }
}
