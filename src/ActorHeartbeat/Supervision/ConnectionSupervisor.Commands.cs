using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using Akka.Actor;

namespace ActorHeartbeat.Supervision;

/// <content>Commands of an operator, and the drain at the end of the process.</content>
public sealed partial class ConnectionSupervisor
{
    private const string ShutdownDeadline = "shutdown-deadline";

    private static readonly SendResult ActorHasFailed =
        new(SendStatus.Refused, "its connection's actor has failed and starts again");

    private static readonly SendResult InboxIsFull =
        new(SendStatus.Refused, "as many messages as limits.send-queue allows wait for the connection's actor");

    private CommandResult Close(CloseEndpoint close) =>
        CloseCodes.MaySend(close.Code)
            ? With(close.Endpoint, endpoint => PauseForOperator(endpoint, close.Code, close.Reason))
            : new CommandResult(
                CommandOutcome.Refused,
                $"close code {close.Code} ({CloseCodes.Name(close.Code)}) must not be sent; allowed are 1000-1003, 1007-1014 and "
                    + "3000-4999 (RFC 6455 section 7.4)");

    private void Pause(RegistryEntry endpoint, int code, string reason)
    {
        var connections = endpoint.ReleaseConnections();
        if (endpoint.Mode != EndpointMode.Paused)
        {
            endpoint.Enter(EndpointMode.Paused, _clock.UtcNow);
            Announce(endpoint);
        }
        foreach (var connection in connections)
            Close(connection, code, reason);
    }

    private void Resume(RegistryEntry endpoint)
    {
        if (endpoint.Mode == EndpointMode.Running)
            return;
        endpoint.Enter(EndpointMode.Running, _clock.UtcNow);
        StartIfWanted(endpoint, TimeSpan.Zero);
    }

    private void Send(SendTo send)
    {
        if (Find(send.Endpoint) is not { } endpoint)
            Sender.Tell(new SendResult(SendStatus.Refused, Unknown(send.Endpoint).Why));
        else if (endpoint.Primary is not { } primary)
            Sender.Tell(Refusal(endpoint));
        else if (primary.Actor is not { } actor)
            Sender.Tell(ActorHasFailed);
        else if (endpoint.Plane.SendInbox.TryAdd(send.Message, Sender, endpoint.Settings.Limits.SendQueue))
            actor.Tell(TakeSends.Instance);
        else
            Sender.Tell(InboxIsFull);
    }

    /// <summary>
    /// Passes the messages that a stopped actor has not taken on to the primary, or refuses them when there is none.
    /// </summary>
    private static void PassOnSends(RegistryEntry endpoint)
    {
        if (endpoint.Primary?.Actor is { } actor)
        {
            actor.Tell(TakeSends.Instance);
            return;
        }
        var refusal = endpoint.Primary is null ? Refusal(endpoint) : ActorHasFailed;
        while (endpoint.Plane.SendInbox.TryTake(out var given))
            given.Asker.Tell(refusal);
    }

    private static SendResult Refusal(RegistryEntry endpoint) =>
        new(SendStatus.Refused, $"{endpoint.Id} is {(endpoint.IsRemoved ? "removed" : Snapshot(endpoint).State)}");

    /// <summary>
    /// Refuses the messages that wait: the endpoint's last actor has closed, failed or
    /// crashed too often, and no actor is left to send them.
    /// </summary>
    private static void RefusePending(RegistryEntry endpoint)
    {
        foreach (var pending in endpoint.Plane.PendingSends?.TakeAll() ?? [])
            pending.Ticket.Tell(Refusal(endpoint));
    }

    /// <summary>Drains once. Requests during the drain are answered at its end, later ones at once.</summary>
    private void DrainAll(Drain drain)
    {
        if (_drained is not null)
        {
            Sender.Tell(_drained);
            return;
        }
        _drainedTo.Add(Sender);
        if (_isDraining)
            return;
        _isDraining = true;
        Timers.StartSingleTimer(ShutdownDeadline, ShutdownOverdue.Instance, _settings.ShutdownTimeout);
        foreach (var endpoint in _endpoints.Values.ToArray())
            Pause(endpoint, endpoint.Settings.DrainCloseCode, drain.Reason);
        FinishDrainWhenAllAreGone();
    }

    private void DropWhatIsLeft()
    {
        foreach (var actor in _byActor.Keys)
            Context.Stop(actor); // aborts its socket
        FinishDrain(forced: _endpoints.Values.Sum(endpoint => endpoint.Connections.Length));
    }

    private void FinishDrainWhenAllAreGone()
    {
        if (_endpoints.Values.All(endpoint => endpoint.IsIdle))
            FinishDrain(forced: 0);
    }

    private void FinishDrain(int forced)
    {
        if (_drained is not null)
            return; // answered already; a connection that was dropped has stopped
        Timers.Cancel(ShutdownDeadline);
        _drained = new Drained(forced);
        foreach (var endpoint in _endpoints.Values)
            endpoint.Plane.Taps.End();
        foreach (var asker in _drainedTo)
            asker.Tell(_drained);
    }

    private static void Refresh(RegistryEntry endpoint) =>
        endpoint.Primary!.Actor?.Tell(new Refresh("refreshed by an operator")); // WithRunning has checked that there is a primary

    private CommandResult With(EndpointId id, Action<RegistryEntry> act)
    {
        if (Find(id) is not { } endpoint)
            return Unknown(id);
        act(endpoint);
        return new CommandResult(CommandOutcome.Accepted);
    }

    private CommandResult WithRunning(EndpointId id, Action<RegistryEntry> act)
    {
        if (Find(id) is not { } endpoint)
            return Unknown(id);
        if (endpoint.Primary is null)
            return new CommandResult(CommandOutcome.Refused, $"{id} is {Snapshot(endpoint).State}; resume it first");
        act(endpoint);
        return new CommandResult(CommandOutcome.Accepted);
    }

    private static CommandResult Unknown(EndpointId id) => new(CommandOutcome.UnknownEndpoint, $"there is no endpoint {id}");

    private sealed record ShutdownOverdue
    {
        public static readonly ShutdownOverdue Instance = new();
    }
}
