using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>The keys that the operator wants of one endpoint, by its configuration and by commands, and when that last changed.</summary>
internal sealed class WantedKeys(Func<TimeSpan> clock)
{
    private readonly Dictionary<string, TimeSpan> _changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _repeated = new(StringComparer.Ordinal);
    private readonly HashSet<string> _added = new(StringComparer.Ordinal);
    private HashSet<string> _wanted = new(StringComparer.Ordinal);
    private TimeSpan _rephrased = TimeSpan.MinValue;
    private bool _isAway;

    /// <summary>The words in which the endpoint asks; null where it has no subscription.</summary>
    public SubscriptionSettings? Words { get; private set; }

    public IReadOnlyCollection<string> All => _wanted;

    /// <summary>When any of it last changed.</summary>
    public TimeSpan Changed { get; private set; }

    /// <summary>When any of the words last changed: a connection that is to be replaced goes on with those of before.</summary>
    public TimeSpan WordsChanged { get; private set; }

    public void Configure(EndpointSettings settings)
    {
        _isAway = false;
        var words = KeyWords.Of(settings);
        if (words == Words)
            return;
        if (words is null || Words is null || words with { ForEach = [] } != Words with { ForEach = [] })
            WordsChanged = clock();
        if (words is null || Words is null || Said(words) != Said(Words))
            _rephrased = Changed = clock();
        Words = words;
        Follow();
    }

    /// <summary>One that is wanted already is asked for again if it is refused.</summary>
    public void Add(string key)
    {
        if (Words is null)
            return;
        if (_wanted.Contains(key))
            _repeated[key] = Changed = clock();
        if (_added.Add(key))
            Follow();
    }

    /// <summary>One that the configuration declares is not removed.</summary>
    public void Remove(string key)
    {
        if (!_isAway && Words?.ForEach.Contains(key) != true && _added.Remove(key))
            Follow();
    }

    /// <summary>The endpoint goes with the configuration. What was added is there again when it comes back.</summary>
    public void Leave()
    {
        _isAway = true;
        _rephrased = Changed = clock();
        Words = null;
        Follow();
    }

    public bool Wants(string key) => _wanted.Contains(key);

    public bool IsAdded(string key) => _added.Contains(key);

    /// <summary>When a key last came or went, or the words last changed.</summary>
    public TimeSpan ChangedAt(string key) =>
        _changed.TryGetValue(key, out var changed) && changed > _rephrased ? changed : _rephrased;

    /// <summary>The same, or when the operator last added a key that was wanted already.</summary>
    public TimeSpan SaidAt(string key) =>
        _repeated.TryGetValue(key, out var repeated) && repeated > ChangedAt(key) ? repeated : ChangedAt(key);

    /// <summary>What is said and known of keys, and what is done about refused ones: the rest changes while they stand.</summary>
    private static SubscriptionSettings Said(SubscriptionSettings words) => words with
    {
        ForEach = [],
        Batch = words.Batch == SubscriptionSettings.WholeBatch ? words.Batch : 1,
        Cancel = null,
        Timeout = TimeSpan.Zero,
        Stale = null,
        Sequence = words.Sequence is { } sequence ? sequence with { OnGap = SequenceGapAction.Tell } : null,
    };

    private void Follow()
    {
        var wanted = (Words?.ForEach ?? []).Concat(Words is null ? [] : _added).ToHashSet(StringComparer.Ordinal);
        foreach (var key in wanted.Except(_wanted).Concat(_wanted.Except(wanted)))
            _changed[key] = Changed = clock();
        _wanted = wanted;
    }
}
