using ActorHeartbeat.Connections;
using ActorHeartbeat.Policies;
using Akka.Actor;

namespace ActorHeartbeat.Supervision;

/// <content>Start, end, crash and restart of connections.</content>
public sealed partial class ConnectionSupervisor
{
    /// <summary>
    /// Stops a connection that throws: the supervisor itself starts it again, under
    /// backoff and with what is known then. Its other children are restarted in place.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() => new StopConnections(_byActor.ContainsKey);

    private void StartIfWanted(RegistryEntry endpoint, TimeSpan spread)
    {
        if (endpoint is { Mode: EndpointMode.Running, IsIdle: true, IsRemoved: false } && !_isDraining)
            Launch(endpoint.Begin(NextId(), isPrimary: true), spread);
    }

    private ConnectionId NextId() => new(++_started);

    private void Launch(SupervisedConnection connection, TimeSpan spread, RotationDue? due = null)
    {
        var endpoint = connection.Endpoint;
        var isPrimary = connection != endpoint.Successor;
        var start = new ConnectionStart(
            connection.Id, endpoint.Effective, endpoint.SendRate, isPrimary, spread, UrlIndexOf(connection, isPrimary))
        {
            Failures = due?.Failures ?? 0,
            To = due?.To,
            IsResumed = due is { IsResumed: true },
            Session = connection.Before,
            IsReleased = !endpoint.Wants(connection),
        };
        var name = connection.Crashes == 0 ? $"{endpoint.Id}-{connection.Id}" : $"{endpoint.Id}-{connection.Id}.{++_restarted}";
        var actor = Context.Watch(Context.ActorOf(ConnectionActor.Props(start, endpoint.Plane, connection.Board, _connections), name));
        (connection.Actor, connection.StartedAt) = (actor, _clock.Elapsed);
        _byActor[actor] = connection;
    }

    /// <summary>
    /// A rotation goes to the first URL: where the endpoint has been moved to another one, that is the way back. It stays where the old
    /// connection is when there is to be no way back, and when the first URL has failed as often as it takes to leave it.
    /// </summary>
    private static int UrlIndexOf(SupervisedConnection connection, bool isPrimary)
    {
        var (endpoint, failover) = (connection.Endpoint, connection.Endpoint.Settings.Failover);
        var stays = isPrimary || failover.Back is null || endpoint.RotationFailures >= failover.After;
        return (connection.Board.Status ?? (stays ? endpoint.Status : null))?.UrlIndex ?? 0;
    }

    /// <summary>Handles the end of a connection's actor: the supervisor asked for it, the actor reported it, or the actor threw.</summary>
    private void Stopped(SupervisedConnection connection)
    {
        connection.Actor = null;
        if (connection.Endpoint.Wants(connection))
            Crashed(connection);
        else if (connection.Board.HasSocket)
            RestartLater(connection); // nothing else waits for the end of the socket that it left
        else
            Gone(connection);
    }

    private void Crashed(SupervisedConnection connection)
    {
        var endpoint = connection.Endpoint;
        if (_clock.Elapsed - connection.StartedAt >= _settings.Restart.MinBackoff)
            connection.Crashes = 0;
        if (connection.Crashes >= _settings.Restart.MaxRestarts)
        {
            var cause = new CloseCause(CauseKind.Crashed, "its actor failed more often than supervisor.restart.max-restarts allows");
            if (connection == endpoint.Primary)
                Fail(endpoint, cause);
            else
                FailSuccessor(endpoint, connection, new RotationFailed(cause, Endpoints.OutcomeSettings.DefaultQuarantine));
            Stopped(connection);
            return;
        }
        if (connection == endpoint.Successor)
            endpoint.PrimarySpeaks();
        var delay = RestartLater(connection);
        if (connection != endpoint.Primary || connection.Board.Status is not { } status)
            return;
        var failure = new CloseCause(CauseKind.Crashed, "its actor has failed and starts again");
        endpoint.Plane.Feed.StateChanged(connection.Id.Number, ConnectionState.BackingOff.ForFeed(failure.Detail));
        Publish(endpoint, status, failure, delay, _clock.UtcNow);
    }

    private TimeSpan RestartLater(SupervisedConnection connection)
    {
        var restart = _settings.Restart;
        var delay = Math.Min(restart.MinBackoff.Ticks * Math.Pow(2, Math.Min(connection.Crashes++, 30)), restart.MaxBackoff.Ticks);
        var due = TimeSpan.FromTicks((long)(delay * (1 + (restart.Jitter * _random.NextDouble()))));
        Timers.StartSingleTimer(connection, new RestartDue(connection), due);
        return due;
    }

    private void Restart(SupervisedConnection connection)
    {
        if (!connection.Endpoint.Wants(connection) && !connection.Board.HasSocket)
            Gone(connection);
        else
            Launch(connection, TimeSpan.Zero);
    }

    /// <summary>
    /// Asks a connection that is no longer wanted to close. A connection without an actor is gone as soon as its socket is.
    /// </summary>
    private void Close(SupervisedConnection connection, int code, string reason)
    {
        if (connection.Actor is { } actor)
        {
            actor.Tell(new CloseConnection(code, reason));
        }
        else if (!connection.Board.HasSocket)
        {
            Timers.Cancel(connection);
            Gone(connection);
        }
    }

    private void Gone(SupervisedConnection connection)
    {
        var endpoint = connection.Endpoint;
        if (connection == endpoint.Successor)
            endpoint.Primary?.Actor?.Tell(connection.Failure!); // only now is there room for the next attempt
        endpoint.Gone(connection);
        ForgetIfGone(endpoint);
        StartIfWanted(endpoint, TimeSpan.Zero);
        if (endpoint.IsIdle)
            RefusePending(endpoint);
        if (_isDraining)
            FinishDrainWhenAllAreGone();
    }

    private void Fail(RegistryEntry endpoint, CloseCause cause)
    {
        var connections = endpoint.ReleaseConnections();
        endpoint.Enter(EndpointMode.Failed, _clock.UtcNow, cause);
        Announce(endpoint);
        foreach (var connection in connections)
            Close(connection, endpoint.Settings.CloseCode, "the endpoint has failed");
    }

    /// <summary>
    /// Publishes that an endpoint's connection is in another state; the only place that does. The feed receives its states elsewhere.
    /// </summary>
    private static void Publish(RegistryEntry endpoint, ConnectionStatus status, CloseCause? cause, TimeSpan? retryIn, DateTimeOffset at)
    {
        var state = status.IsUp ? ConnectionState.Open : status.State;
        var from = endpoint.Publish(state, at);
        var change = new StateChanged(endpoint.Id, status.Incarnation, from, state, status.Attempt, cause, retryIn, at);
        endpoint.Journal.Add(change);
        Context.System.EventStream.Publish(change);
    }

    private sealed record RestartDue(SupervisedConnection Connection) : INoSerializationVerificationNeeded;

    private sealed class StopConnections(Func<IActorRef, bool> isConnection) : OneForOneStrategy(_ => Directive.Restart)
    {
        protected override Directive Handle(IActorRef child, Exception exception) =>
            isConnection(child) ? Directive.Stop : base.Handle(child, exception);
    }
}
