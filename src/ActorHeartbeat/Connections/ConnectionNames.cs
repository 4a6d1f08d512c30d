using System.Collections.Immutable;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The captured values of one connection, and the highest number of its peer. Its pump writes them, in the order of the messages; once the
/// pump is done, the actor may forget some. Thread-safe.
/// </summary>
/// <param name="before">What the endpoint knows from before.</param>
internal sealed class ConnectionNames(Session before) : ITemplateNames
{
    private ImmutableDictionary<string, TemplateValue> _values = before.Values;
    private SequenceTracker? _sequence = before.Sequence is { } number ? new(number) : null; // most endpoints never number their messages
    private int _version;

    /// <summary>Rises with every change, so that what was filled from names can be kept until then.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The highest number of the peer; null when there is none.</summary>
    public long? Highest => Volatile.Read(ref _sequence)?.Highest;

    /// <summary>The values that outlive the connection.</summary>
    public ImmutableDictionary<string, TemplateValue> OfSession =>
        Volatile.Read(ref _values).Where(value => TemplateName.IsOfSession(value.Key)).ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The values as they are now.</summary>
    public ImmutableDictionary<string, TemplateValue> Values => Volatile.Read(ref _values);

    /// <summary>The texts of values that are secrets.</summary>
    /// <param name="names">The names whose values are secrets, whatever these were when they were captured.</param>
    public IEnumerable<string> SecretTexts(IReadOnlyCollection<string> names) => Volatile.Read(ref _values)
        .Where(value => value.Value.IsSecret || names.Contains(value.Key))
        .Select(value => value.Value.AsText())
        .OfType<string>();

    /// <summary>The values as they are now, whatever is captured later; in front of other names.</summary>
    public ITemplateNames AtHand(ITemplateNames others) => new Present(Volatile.Read(ref _values), Highest, others);

    public TemplateValue? Find(string name, TemplateScope scope) => Find(name);

    public TemplateValue? Find(string name) =>
        name != TemplateName.Sequence ? Volatile.Read(ref _values).GetValueOrDefault(name)
        : Highest is { } number ? TemplateValue.Of(number)
        : null;

    public void Capture(string name, TemplateValue value) => Change(values => values.SetItem(name, value));

    /// <inheritdoc cref="SequenceTracker.Received"/>
    public (long After, long Before)? Received(long number, long? step) =>
        LazyInitializer.EnsureInitialized(ref _sequence, static () => new SequenceTracker(null)).Received(number, step);

    /// <summary>Marks a change of the number.</summary>
    public void SequenceChanged() => Interlocked.Increment(ref _version);
    /// <inheritdoc cref="SequenceTracker.Settle"/>
    public (long After, long Before)? Settle(bool resumed, long? step) => Volatile.Read(ref _sequence)?.Settle(resumed, step);

    /// <param name="names">Names of values; <see cref="TemplateName.Session"/> stands for all of the session, and the number.</param>
    /// <returns>Whether the session is forgotten.</returns>
    public bool Forget(IEnumerable<string> names)
    {
        var forgetsSession = false;
        foreach (var name in names)
        {
            if (name is TemplateName.Session or TemplateName.Sequence)
                Volatile.Read(ref _sequence)?.Forget();
            forgetsSession |= name == TemplateName.Session;
            Change(values => name == TemplateName.Session
                ? values.RemoveRange(values.Keys.Where(TemplateName.IsOfSession))
                : values.Remove(name));
        }
        return forgetsSession;
    }

    private sealed class Present(ImmutableDictionary<string, TemplateValue> values, long? number, ITemplateNames others) : ITemplateNames
    {
        public TemplateValue? Find(string name, TemplateScope scope) =>
            name == TemplateName.Sequence ? number is { } highest ? TemplateValue.Of(highest) : null
            : values.GetValueOrDefault(name) ?? others.Find(name, scope);
    }

    private void Change(Func<ImmutableDictionary<string, TemplateValue>, ImmutableDictionary<string, TemplateValue>> change)
    {
        ImmutableInterlocked.Update(ref _values, change);
        Interlocked.Increment(ref _version);
    }
}
