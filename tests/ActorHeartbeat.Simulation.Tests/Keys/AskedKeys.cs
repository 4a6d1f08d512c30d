using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// What was said about keys over one socket, and checks of it: a key is asked for once, and again only for a reason; in time, in order, and
/// not more at once than the socket takes.
/// </summary>
internal sealed class AskedKeys(Invariants invariants, Watched endpoint, EndpointSettings dialed)
{
    /// <summary>The most askings in front of a socket that does not take them.</summary>
    private const int Window = 64;

    /// <summary>A time in ticks is not exactly a share of a second.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromTicks(10);

    /// <summary>What is to be asked for has its turn within this time, whatever the pace.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(1);

    /// <summary>A next connection may ask for keys for so long before it takes over without them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Asked> _keys = new(StringComparer.Ordinal);
    private readonly TimeSpan _began = invariants.Now;
    private readonly Dictionary<string, TimeSpan> _stoppedBefore = endpoint.KeysOfPrimary?.AllStopped() ?? [];
    private readonly Dictionary<string, TimeSpan> _mayStopBefore = endpoint.KeysOfPrimary?.AllThatMayStop() ?? [];
    private readonly Dictionary<string, TimeSpan> _acceptedBefore = endpoint.KeysOfPrimary?.AllAccepted() ?? [];
    private TimeSpan? _lastSaid, _lastSet;
    private int _waiting;

    private WantedKeys Wanted => endpoint.Wanted;

    private SubscriptionSettings? Words => Wanted.Words;

    /// <summary>When a key was asked for over it; null for never.</summary>
    public TimeSpan? AskedAt(string key) => _keys.TryGetValue(key, out var asked) ? asked.At : null;

    /// <summary>Whether a key was refused for good, over it or over a connection that it follows.</summary>
    public bool IsStopped(string key) => IsSince(key, _stoppedBefore, asked => asked.Stopped);

    /// <summary>Whether a key may have been: the answer may have come too late to count.</summary>
    public bool MayBeStopped(string key) => IsSince(key, _mayStopBefore, asked => asked.MayStop);

    /// <summary>It takes the place of another one that works: it has asked for what that one has had since before it was there.</summary>
    public void TakeOver(AskedKeys before)
    {
        if (invariants.Now - _began > Patience)
            return;
        foreach (var (key, asked) in before._keys)
        {
            if (asked is { IsAccepted: true, Refused: null }
                && asked.At < _began - Turn
                && Wanted.Wants(key)
                && Wanted.SaidAt(key) < _began
                && !_keys.ContainsKey(key))
                invariants.Broken(endpoint, $"10 (take over): {key} is given by the old connection, and not asked for over the next");
        }
    }

    /// <summary>Whether data of a key have come over it since it was asked for.</summary>
    public bool HasData(string key) => _keys.TryGetValue(key, out var asked) && asked.HasData;

    /// <summary>A message is about to go out.</summary>
    public void Saying(Asking asking)
    {
        var now = invariants.Now;
        if (++_waiting > Window)
            invariants.Broken(endpoint, $"10 (window): {_waiting} askings wait in front of one socket");
        InPace(now);
        if (Words is null)
            return; // the socket is closed for good
        if (asking.IsCancelling)
        {
            foreach (var key in asking.Keys)
                Cancel(key, now);
            return;
        }
        if (asking.Op == Asking.Set)
            Set(asking, now);
        else
            foreach (var key in asking.Keys)
                Ask(key, now);
        foreach (var key in asking.Keys)
            _keys[key].Asking = asking.Number;
    }

    /// <summary>The socket has taken a message.</summary>
    public void Taken() => _waiting--;

    /// <summary>The server says something about keys, before the client looks at it.</summary>
    public void Hear(KeyNews news)
    {
        var now = invariants.Now;
        switch (news.Event)
        {
            case KeyNewsKind.Accepted:
                Accept(news.Key, now);
                break;
            case KeyNewsKind.Done:
                foreach (var (key, _) in _keys.Where(each => each.Value.Asking == news.Number).ToArray())
                    Accept(key, now);
                break;
            case KeyNewsKind.Refused when _keys.TryGetValue(news.Key, out var refused):
                if (IsThere(news.Key, refused, now))
                    (refused.BacksOff, refused.Stopped) = (now, Words is { Then: RefusedKeyAction.Stop } ? now : null);
                if (Words is { Then: RefusedKeyAction.Stop })
                    refused.MayStop = now;
                refused.Refused ??= now;
                break;
            case KeyNewsKind.Data when _keys.TryGetValue(news.Key, out var given):
                // The first of a connection may show that some are missing since the one before.
                if (given.Run != news.Run || news.Number > given.Number + 1)
                    given.Missing = now;
                (given.Run, given.Number, given.Sign, given.HasData, given.Stopped) = (news.Run, news.Number, now, true, null);
                given.StandsSince = null;
                if (Words is { Expect: null } && given.Refused is null)
                    given.IsAccepted = given.WasAccepted = true;
                break;
        }
    }

    /// <summary>The keys refused for good, and when.</summary>
    private Dictionary<string, TimeSpan> AllStopped() => Over(_stoppedBefore, asked => asked.Stopped);

    private Dictionary<string, TimeSpan> AllThatMayStop() => Over(_mayStopBefore, asked => asked.MayStop);

    private bool IsSince(string key, Dictionary<string, TimeSpan> before, Func<Asked, TimeSpan?> when)
    {
        TimeSpan? since = _keys.TryGetValue(key, out var asked) ? when(asked)
            : before.TryGetValue(key, out var earlier) && earlier < _began ? earlier
            : null;
        return since > Wanted.SaidAt(key);
    }

    /// <summary>The keys that were accepted, and when they were asked for.</summary>
    private Dictionary<string, TimeSpan> AllAccepted() => Over(_acceptedBefore, asked => asked.WasAccepted ? asked.At : null);

    private Dictionary<string, TimeSpan> Over(Dictionary<string, TimeSpan> before, Func<Asked, TimeSpan?> when)
    {
        var all = before.Where(each => !_keys.ContainsKey(each.Key)).ToDictionary(StringComparer.Ordinal);
        foreach (var (key, asked) in _keys)
        {
            if (when(asked) is { } time)
                all[key] = time;
        }
        return all;
    }

    private void Accept(string key, TimeSpan now)
    {
        if (Words is not { Expect: not null } || !_keys.TryGetValue(key, out var asked))
            return;
        asked.Stopped = null; // the client may have taken the refusal of an earlier asking for the answer to this one
        if (asked.IsAccepted || IsLate(asked, now))
            return;
        asked.IsAccepted = asked.WasAccepted = true;
        asked.Sign = now;
    }

    private void Ask(string key, TimeSpan now)
    {
        if (!Wanted.Wants(key) && Wanted.SaidAt(key) < now)
            invariants.Broken(endpoint, $"10 (none kept): {key} is asked for, and nobody wants it since {Wanted.SaidAt(key)}");
        if (IsStopped(key) && Wanted.SaidAt(key) < now)
            invariants.Broken(endpoint, $"10 (stop): {key} is asked for again, and it was refused for good");
        if (!_keys.TryGetValue(key, out var asked))
        {
            InOrder(key);
            _keys[key] = asked = new Asked();
        }
        else
        {
            if (!HasReason(key, asked, now))
                invariants.Broken(endpoint, $"10 (once): {key} is asked for again without a reason, {asked}");
            if (asked.BacksOff is { } refused
                && Wanted.SaidAt(key) < refused
                && endpoint.SettingsSince < refused
                && now - refused < Least(endpoint.Settings.Backoff) - Rounding)
                invariants.Broken(endpoint, $"10 (once): {key} is asked for {now - refused} after it was refused, without backoff");
            if (asked is { Refused: null, Missing: not null, ForMissing: true }
                && Wanted.SaidAt(key) < asked.At
                && endpoint.SettingsSince < asked.At
                && now - asked.At < Least(endpoint.Settings.Backoff) - Rounding)
                invariants.Broken(endpoint, $"10 (once): {key} is asked for {now - asked.At} after {asked.At}, for numbers both times");
        }
        asked.Ask(now, Words!.Timeout); // what is said has words
        endpoint.Asked(key);
    }

    /// <summary>All keys are said together, for one of them: it may be any, so that nobody can tell whether there is a reason.</summary>
    private void Set(Asking asking, TimeSpan now)
    {
        var isChanged = _lastSet is not { } last || Wanted.Changed >= last; // any of the keys may be the one whose answer is awaited
        _lastSet = now;
        foreach (var key in asking.Keys)
        {
            if (!Wanted.Wants(key) && Wanted.SaidAt(key) < now)
                invariants.Broken(endpoint, $"10 (none kept): {key} is said, and nobody wants it since {Wanted.SaidAt(key)}");
            if (IsStopped(key) && Wanted.SaidAt(key) < now)
                invariants.Broken(endpoint, $"10 (stop): {key} is said again, and it was refused for good");
            TimeSpan? standsSince = null;
            if (!_keys.TryGetValue(key, out var asked))
                _keys[key] = asked = new Asked();
            else if (!isChanged && !HasReason(key, asked, now))
                continue; // it stands there only so that the server keeps it
            else if (asked.IsAccepted || asked.HasData)
                standsSince = asked.HeardAt;
            asked.Ask(now, Words!.Timeout); // what is said has words
            asked.StandsSince = standsSince;
            endpoint.Asked(key);
        }
    }

    private void Cancel(string key, TimeSpan now)
    {
        if (_keys.TryGetValue(key, out var asked) && HasReason(key, asked, now))
        {
            asked.IsEnded = true;
            return;
        }
        invariants.Broken(endpoint, $"10 (none lost): {key} is ended without a reason, {asked}");
    }

    private bool HasReason(string key, Asked asked, TimeSpan now) =>
        asked.IsEnded
        || asked.Refused is not null
        || Wanted.SaidAt(key) >= asked.At
        || Wanted.WordsChanged >= asked.At
        || (Words is { Expect: not null } && !asked.IsAccepted && IsLate(asked, now))
        || (Words is { Stale: { } stale } && now >= asked.HeardAt + stale)
        || (asked.Missing is not null && Words is { Sequence.OnGap: SequenceGapAction.Resubscribe });

    private static bool IsLate(Asked asked, TimeSpan now) => now >= asked.At + asked.Timeout;

    /// <summary>Whether the client is sure to know that the server has been asked for the key, and has not ended it.</summary>
    private bool IsThere(string key, Asked asked, TimeSpan now) =>
        asked.Refused is null
        && Wanted.Wants(key)
        && Wanted.SaidAt(key) < asked.At
        && !(Words is { Sequence.OnGap: SequenceGapAction.Resubscribe } && now - asked.Missing < Turn)
        && (asked.IsAccepted || (Words is { Expect: not null } && !IsLate(asked, now)))
        && !(Words is { Stale: { } stale } && now >= asked.HeardAt + stale);

    /// <summary>A key that no connection has come to goes before one that had been accepted.</summary>
    private void InOrder(string key)
    {
        if (!_acceptedBefore.TryGetValue(key, out var accepted) || accepted <= Wanted.SaidAt(key))
            return;
        foreach (var other in Wanted.All)
        {
            if (Wanted.SaidAt(other) < _began && !_keys.ContainsKey(other) && endpoint.IsNew(other))
                invariants.Broken(
                    endpoint, $"10 (order): {key} had been accepted, and is asked for before {other}, which never was asked for");
        }
    }

    /// <summary>Askings are spaced as the opening pace, and the group, say.</summary>
    private void InPace(TimeSpan now)
    {
        if (_lastSaid is { } last)
        {
            Spaced(dialed.OnOpenPace, now - last, "on-open-pace");
            if (endpoint.PaceSince < last)
                Spaced(endpoint.SendRate, now - last, "send-rate");
        }
        _lastSaid = now;
    }

    private void Spaced(Rate? rate, TimeSpan apart, string what)
    {
        if (rate is { } most && apart < TimeSpan.FromSeconds(1 / most.PerSecond) - Rounding)
            invariants.Broken(endpoint, $"10 (pace): two askings within {apart}, {what} is {most}");
    }

    private static TimeSpan Least(BackoffSettings backoff) => backoff.Jitter.Kind switch
    {
        JitterKind.None => backoff.Initial,
        JitterKind.Equal => backoff.Initial / 2,
        _ => backoff.Initial / 10,
    };

    /// <summary>A key as it stands on the socket since it was last asked for.</summary>
    private sealed class Asked
    {
        public TimeSpan At { get; private set; }

        /// <summary>The number of the message that asked for it; null for none.</summary>
        public long? Asking { get; set; }

        public bool IsAccepted { get; set; }

        /// <summary>Whether it was accepted any time.</summary>
        public bool WasAccepted { get; set; }

        public TimeSpan? Refused { get; set; }

        /// <summary>When it was refused while the client waited for the answer, or had it.</summary>
        public TimeSpan? BacksOff { get; set; }

        public TimeSpan? Stopped { get; set; }

        public TimeSpan? MayStop { get; set; }

        /// <summary>When a number of it was missing; null for never.</summary>
        public TimeSpan? Missing { get; set; }

        public bool HasData { get; set; }

        /// <summary>Whether the client has ended it since: data that were under way change nothing.</summary>
        public bool IsEnded { get; set; }

        public TimeSpan Sign { get; set; }

        /// <summary>When it was last heard of before it was asked for, where that may have been for other keys; null for neither.</summary>
        public TimeSpan? StandsSince { get; set; }

        public TimeSpan HeardAt => StandsSince ?? Sign;

        public long Run { get; set; }

        public long Number { get; set; }

        public override string ToString() =>
            $"asked for {At}, heard of {Sign}{(IsAccepted ? ", accepted" : "")}{(Missing is not null ? ", some missing" : "")}";

        /// <summary>Whether it was asked for because numbers were missing.</summary>
        public bool ForMissing { get; private set; }

        /// <summary>How long the client waits for the answer.</summary>
        public TimeSpan Timeout { get; private set; }

        public void Ask(TimeSpan now, TimeSpan timeout)
        {
            (Timeout, ForMissing) = (timeout, Missing is not null);
            (At, Sign, IsAccepted, HasData, IsEnded, Missing) = (now, now, false, false, false, null);
            Refused = BacksOff = Stopped = MayStop = null;
        }
    }
}
