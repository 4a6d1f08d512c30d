using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>When the peer last showed that it is alive, and which heartbeat is settled.</content>
internal sealed partial class ConnectionLink
{
    private long _lastInbound, _lastData; // ticks of the scheduler's clock
    private long _pings, _pingId, _pingSentAt, _signedId, _heldBackUntil;
    private int _wantsSign;

    /// <summary>Whether the newest heartbeat is settled by an answer or a sign of life. The report may still be on its way.</summary>
    public bool IsSettled => Volatile.Read(ref _pingId) is var id && (id == 0 || id == Volatile.Read(ref _signedId));

    /// <summary>
    /// When a subscriber last held the pump back on purpose, now while one does, or when the process last stood
    /// still; zero for never. The pump has stopped at its bound meanwhile, so silence before this time proves nothing.
    /// </summary>
    public TimeSpan HeldBackUntil =>
        _isHeldBack ? _clock.Elapsed : TimeSpan.FromTicks(Math.Max(Volatile.Read(ref _heldBackUntil), _clock.StoodStillUntil.Ticks));

    public LifeSigns Signs(TimeSpan openedAt, TimeSpan lastAnswer)
    {
        var since = HeldBackUntil is var heldBack && heldBack > openedAt ? heldBack : openedAt;
        return new LifeSigns(openedAt, At(ref _lastInbound, since), lastAnswer, At(ref _lastData, since));
    }

    public void OnActivity()
    {
        Volatile.Write(ref _lastInbound, _clock.Elapsed.Ticks);
        _writer!.Received();
        if (Volatile.Read(ref _wantsSign) == 0 || Interlocked.Exchange(ref _wantsSign, 0) == 0)
            return;
        Volatile.Write(ref _signedId, Volatile.Read(ref _pingId));
        _owner.Tell(new SignOfLife(Incarnation));
    }

    public void OnCaughtUp() => _writer?.CaughtUp();

    public void OnPartOfMessage() => Volatile.Write(ref _lastData, _clock.Elapsed.Ticks);

    public void OnPong(ReadOnlySpan<byte> payload)
    {
        if (!PingPayload.Is(payload, Volatile.Read(ref _pingId)))
            return;
        Volatile.Write(ref _lastInbound, _clock.Elapsed.Ticks); // before the actor looks
        Volatile.Write(ref _wantsSign, 0); // the answer is the sign of life
        Answered();
    }

    // The first answer settles the outstanding heartbeat. A later one finds no ping id and counts only as traffic.
    private void Answered()
    {
        if (Interlocked.Exchange(ref _pingId, 0) == 0)
            return;
        var now = _clock.Elapsed;
        var roundTrip = now - TimeSpan.FromTicks(Volatile.Read(ref _pingSentAt));
        if (IsHeard)
            Transcript.Event($"heartbeat: answered after {CloseCause.Text(roundTrip)}");
        _owner.Tell(new HeartbeatAnswered(Incarnation, roundTrip) { At = now });
    }

    private static TimeSpan At(ref long ticks, TimeSpan openedAt)
    {
        var at = TimeSpan.FromTicks(Volatile.Read(ref ticks));
        return at > openedAt ? at : openedAt;
    }
}
