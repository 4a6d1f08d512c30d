using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Governor;

/// <summary>Why a dial must wait, and until when; null when only an event can end the wait.</summary>
internal readonly record struct DialHold(TimeSpan? Until, string Why);

/// <summary>
/// What is left of each budget, and which scopes are paused: overall, per group, per host. Hosts with a
/// full bucket are swept out, so the number of entries follows the recent dials, not the hosts ever seen.
/// </summary>
internal sealed class DialBudgets
{
    /// <summary>The most hosts that a saved state names, those with the least left; also the most pauses.</summary>
    public const int MostSavedHosts = 4096;

    private const string OverallKey = "global";

    private readonly Dictionary<string, Budget> _groups = new(StringComparer.Ordinal);
    private readonly Sweeping<TokenBucket> _hosts = new();
    private readonly Sweeping<DialHold> _pauses = new();
    private readonly Dictionary<string, (double Tokens, TimeSpan At)> _restored = new(StringComparer.Ordinal);
    private HostSettings _perHost = new();
    private Budget _overall;

    public int KnownHosts => _hosts.Entries.Count;

    /// <summary>Sets new budgets; what was spent stays spent.</summary>
    public void Configure(SupervisorSettings settings, IReadOnlyDictionary<string, GroupSettings> groups, TimeSpan now)
    {
        _overall = Configured(
            OverallKey, _overall, settings.ConnectRate, settings.ConnectBurst, $"supervisor.connect-rate {settings.ConnectRate}", now);
        foreach (
            var gone in _groups
                .Keys.Where(key =>
                    !groups.Values.Any(group => group.ConnectRate is not null && KeyOf(GovernorScope.Group, group.Name) == key))
                .ToArray())
            _groups.Remove(gone);
        foreach (var group in groups.Values)
        {
            if (group.ConnectRate is { } rate)
                _groups[KeyOf(GovernorScope.Group, group.Name)] = Configured(
                    KeyOf(GovernorScope.Group, group.Name),
                    _groups.GetValueOrDefault(KeyOf(GovernorScope.Group, group.Name)),
                    rate,
                    group.ConnectBurst,
                    $"group {group.Name} connect-rate {rate}",
                    now);
        }
        _perHost = settings.PerHost;
        ConfigureHosts(now);
        _restored.Clear();
    }

    public void Pause(GovernorScope scope, string key, TimeSpan until, string why, TimeSpan now)
    {
        var name = KeyOf(scope, key);
        if (!_pauses.TryGet(name, out var pause) || pause.Until < until)
            _pauses.Set(name, new DialHold(until, why), old => old.Until <= now);
    }

    public DialHold? Overall(TimeSpan now) => LaterOf(Paused(OverallKey, now), _overall.Hold(now));

    public DialHold? OfGroup(string groupKey, TimeSpan now) =>
        LaterOf(Paused(groupKey, now), _groups.TryGetValue(groupKey, out var budget) ? budget.Hold(now) : null);

    public DialHold? OfHost(string hostKey, TimeSpan now) =>
        LaterOf(
            Paused(hostKey, now),
            _hosts.TryGet(hostKey, out var bucket) && bucket.Wait(now) is var wait && wait > TimeSpan.Zero
                ? new DialHold(now + wait, $"supervisor.per-host.connect-rate {bucket.Rate}")
                : null);

    /// <summary>Takes a token from each budget that a dial spends. Each of them must have one.</summary>
    public void Spend(string hostKey, string? groupKey, TimeSpan now)
    {
        _overall = _overall.Spent(now);
        if (groupKey is not null && _groups.TryGetValue(groupKey, out var budget))
            _groups[groupKey] = budget.Spent(now);
        if (_perHost.ConnectRate is { } rate)
        {
            var bucket = _hosts.TryGet(hostKey, out var known) ? known : TokenBucket.Full(rate, _perHost.ConnectBurst, now);
            _hosts.Set(hostKey, bucket.Take(now)!.Value, other => IsFull(other, now));
        }
    }

    /// <summary>The overall budget, then groups, then hosts: those that are paused, and those that have least left.</summary>
    public IEnumerable<BudgetReport> Report(
        IEnumerable<GroupSettings> groups, int mostHosts, TimeSpan now, Func<TimeSpan, DateTimeOffset> date)
    {
        yield return ReportOf(GovernorScope.Global, "", _overall.Bucket);
        foreach (var group in groups.OrderBy(group => group.Name, StringComparer.Ordinal))
            yield return ReportOf(
                GovernorScope.Group,
                group.Name,
                _groups.TryGetValue(KeyOf(GovernorScope.Group, group.Name), out var budget) ? budget.Bucket : null) with
            {
                MaxConnections = group.MaxConnections,
            };
        var prefix = KeyOf(GovernorScope.Host, "");
        var hosts = _pauses.Entries.Select(pause => pause.Key).Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Union(_hosts.Entries.Select(host => host.Key))
            .Select(key => ReportOf(GovernorScope.Host, key[prefix.Length..], BucketOf(key, now)))
            .Where(host => host.Pause is not null || host.Dials?.Tokens < host.Dials?.Burst)
            .OrderBy(host => host.Pause is null).ThenBy(host => host.Dials?.Tokens).ThenBy(host => host.Name, StringComparer.Ordinal);
        foreach (var host in hosts.Take(mostHosts))
            yield return host;

        BudgetReport ReportOf(GovernorScope scope, string name, TokenBucket? bucket) => new(
            scope,
            name,
            bucket?.RefilledAt(now),
            Paused(KeyOf(scope, name), now) is { Until: { } until } pause ? new PauseReport(date(until), pause.Why) : null);
    }

    /// <summary>The state that must survive a restart. Durations count from <paramref name="now"/>.</summary>
    public GovernorState Save(TimeSpan now)
    {
        var hosts = _hosts
            .Entries.Select(host => new SavedBudget(host.Key, host.Value.RefilledAt(now).Tokens))
            .Where(host => host.Tokens < _perHost.ConnectBurst);
        return new GovernorState(
            [
                new SavedBudget(OverallKey, _overall.Bucket.RefilledAt(now).Tokens),
                .. _groups.Select(group => new SavedBudget(group.Key, group.Value.Bucket.RefilledAt(now).Tokens)),
                .. hosts.OrderBy(host => host.Tokens).Take(MostSavedHosts),
            ],
            [
                .. _pauses
                    .Entries.Where(pause => pause.Value.Until > now)
                    .Select(pause => new SavedPause(pause.Key, pause.Value.Until!.Value - now, pause.Value.Why))
                    .Take(MostSavedHosts),
            ]);
    }

    /// <summary>
    /// Takes up what <see cref="Save"/> wrote <paramref name="age"/> ago. Configured budgets follow at
    /// once; budgets that the next <see cref="Configure"/> adds, or gives another rate, follow then.
    /// </summary>
    public void Restore(GovernorState state, TimeSpan age, TimeSpan now)
    {
        foreach (var saved in state.Budgets)
            _restored[saved.Key] = (saved.Tokens, now - age);
        foreach (var saved in state.Pauses)
        {
            if (saved.For > age)
                _pauses.Set(saved.Key, new DialHold(now + saved.For - age, saved.Why), old => old.Until <= now);
        }
        _overall = _overall with { Bucket = Restored(OverallKey, _overall.Bucket, now) };
        foreach (var key in _groups.Keys.ToArray())
            _groups[key] = _groups[key] with { Bucket = Restored(key, _groups[key].Bucket, now) };
        ConfigureHosts(now);
    }

    public static string KeyOf(GovernorScope scope, string key) => scope switch
    {
        GovernorScope.Group => $"group:{key}",
        GovernorScope.Host => $"host:{key}",
        _ => OverallKey,
    };

    public static DialHold? LaterOf(DialHold? one, DialHold? other) =>
        one is null
        || (other is not null && one.Value.Until is not null && (other.Value.Until is null || other.Value.Until > one.Value.Until))
            ? other
            : one;

    private Budget Configured(string key, Budget before, Rate rate, double burst, string why, TimeSpan now)
    {
        var bucket = before.Why is null ? TokenBucket.Full(rate, burst, now) : before.Bucket.With(rate, burst, now);
        return new Budget(Restored(key, bucket, now), why);
    }

    private void ConfigureHosts(TimeSpan now)
    {
        if (_perHost.ConnectRate is not { } rate)
        {
            _hosts.Clear();
            return;
        }
        var full = TokenBucket.Full(rate, _perHost.ConnectBurst, now);
        foreach (var (key, bucket) in _hosts.Entries.ToArray())
            _hosts.Set(key, bucket.With(rate, _perHost.ConnectBurst, now), other => IsFull(other, now));
        foreach (var key in _restored.Keys.Where(key => key.StartsWith(KeyOf(GovernorScope.Host, ""), StringComparison.Ordinal)))
        {
            var bucket = Restored(key, _hosts.TryGet(key, out var known) ? known : full, now);
            if (!IsFull(bucket, now))
                _hosts.Set(key, bucket, other => IsFull(other, now));
        }
    }

    // A budget never has more after a restart than the saved one would have by now.
    private TokenBucket Restored(string key, TokenBucket bucket, TimeSpan now)
    {
        if (!_restored.TryGetValue(key, out var saved))
            return bucket;
        var grown = (bucket with { Tokens = Math.Clamp(saved.Tokens, 0, bucket.Burst), At = saved.At }).RefilledAt(now);
        var present = bucket.RefilledAt(now);
        return grown.Tokens < present.Tokens ? grown : present;
    }

    private TokenBucket? BucketOf(string hostKey, TimeSpan now) =>
        _hosts.TryGet(hostKey, out var bucket) ? bucket
        : _perHost.ConnectRate is { } rate ? TokenBucket.Full(rate, _perHost.ConnectBurst, now)
        : null;

    private DialHold? Paused(string key, TimeSpan now) => _pauses.TryGet(key, out var pause) && pause.Until > now ? pause : null;

    private static bool IsFull(TokenBucket bucket, TimeSpan now) => bucket.RefilledAt(now).Tokens >= bucket.Burst;

    private readonly record struct Budget(TokenBucket Bucket, string Why)
    {
        public DialHold? Hold(TimeSpan now) => Bucket.Wait(now) is var wait && wait > TimeSpan.Zero ? new DialHold(now + wait, Why) : null;

        public Budget Spent(TimeSpan now) => this with { Bucket = Bucket.Take(now)!.Value };
    }

    /// <summary>Entries that expire by themselves; the expired ones are swept out whenever the number of entries has doubled.</summary>
    private sealed class Sweeping<T>
    {
        private const int LeastBeforeSweep = 1024;

        private readonly Dictionary<string, T> _entries = new(StringComparer.Ordinal);
        private int _sweepAt = LeastBeforeSweep;

        public IReadOnlyCollection<KeyValuePair<string, T>> Entries => _entries;

        public bool TryGet(string key, out T entry) => _entries.TryGetValue(key, out entry!);

        public void Set(string key, T entry, Predicate<T> isOutOfDate)
        {
            _entries[key] = entry;
            if (_entries.Count < _sweepAt)
                return;
            foreach (var old in _entries.Where(candidate => isOutOfDate(candidate.Value)).Select(candidate => candidate.Key).ToArray())
                _entries.Remove(old);
            _sweepAt = Math.Max(LeastBeforeSweep, 2 * _entries.Count);
        }

        public void Clear() => _entries.Clear();
    }
}
