using System.Collections.Immutable;
using System.Globalization;

namespace ActorHeartbeat.TestKit;

/// <summary>Makes a feed server misbehave, for all clients or for one name or path. May be called from any thread.</summary>
public sealed class FeedFaults
{
    private readonly Func<FaultTarget, int> _cut;
    private readonly PausableListenerFactory _listener;
    private ImmutableArray<Entry> _entries = [];

    internal FeedFaults(Func<FaultTarget, int> cut, PausableListenerFactory listener)
    {
        _cut = cut;
        _listener = listener;
    }

    /// <summary>The faults in force.</summary>
    public IReadOnlyList<FeedFault> Active => [.. _entries.Select(entry => entry.Fault with { Times = entry.Left })];

    /// <summary>Puts a fault in force until it is healed or has been used up; of two that match, the later wins.</summary>
    public void Add(FeedFault fault) =>
        ImmutableInterlocked.Update(ref _entries, static (entries, entry) => entries.Insert(0, entry), new Entry(fault));

    /// <summary>Refuses handshakes with a status, and a Retry-After header in whole seconds when given.</summary>
    public void Refuse(int status, TimeSpan? retryAfter = null, FaultTarget? on = null, int? times = null) =>
        Add(
            new FeedFault(FeedFaultKind.Refuse)
            {
                On = on ?? FaultTarget.All,
                Status = status,
                RetryAfter = retryAfter?.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture),
                Times = times,
            });

    /// <summary>Accepts handshakes and then closes with a code.</summary>
    public void AcceptThenClose(int code, string reason = "", TimeSpan after = default, FaultTarget? on = null, int? times = null) =>
        Add(new FeedFault(FeedFaultKind.Close) { On = on ?? FaultTarget.All, Code = code, Reason = reason, After = after, Times = times });

    /// <summary>Stops all sending, on existing and new connections, while they stay up.</summary>
    public void GoSilent(FaultTarget? on = null) => Add(new FeedFault(FeedFaultKind.Silence) { On = on ?? FaultTarget.All });

    /// <summary>Leaves pings and heartbeats of every dialect unanswered; data flows on.</summary>
    public void NeverAnswerPings(FaultTarget? on = null) => Add(new FeedFault(FeedFaultKind.NoPongs) { On = on ?? FaultTarget.All });

    /// <summary>Resets connections (TCP RST) now, without a Close frame.</summary>
    /// <returns>The number of connections that were reset.</returns>
    public int Cut(FaultTarget? on = null) => _cut(on ?? FaultTarget.All);

    /// <summary>Closes the listening socket, so that TCP refuses new connections; existing connections stay up.</summary>
    public Task StopListeningAsync() => _listener.PauseAsync();

    /// <summary>Listens again on the same port.</summary>
    public Task ResumeListeningAsync() => _listener.ResumeAsync();

    /// <summary>Ends the faults whose target is exactly this one; without a target, all of them.</summary>
    public void Heal(FaultTarget? on = null) =>
        ImmutableInterlocked.Update(
            ref _entries, static (entries, on) => on is null ? [] : entries.RemoveAll(entry => entry.Fault.On == on), on);

    internal bool Applies(FeedFaultKind kind, string name, string path)
    {
        foreach (var entry in _entries)
        {
            if (entry.Fault.Kind == kind && entry.Fault.On.Matches(name, path))
                return true;
        }
        return false;
    }

    /// <summary>Returns the fault for this handshake, and counts one use of it.</summary>
    internal FeedFault? Take(FeedFaultKind kind, string name, string path)
    {
        foreach (var entry in _entries)
        {
            if (entry.Fault.Kind == kind && entry.Fault.On.Matches(name, path) && entry.TryUse())
                return entry.Fault;
        }
        return null;
    }

    private sealed class Entry(FeedFault fault)
    {
        private int _used;

        public FeedFault Fault { get; } = fault;

        public int? Left => Fault.Times is { } times ? Math.Max(0, times - Volatile.Read(ref _used)) : null;

        public bool TryUse() => Fault.Times is not { } times || Interlocked.Increment(ref _used) <= times;
    }
}
