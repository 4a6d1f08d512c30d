using System.Text.RegularExpressions;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// A consumer of the keys of one endpoint: it sees each number once and in order, or is told before the next which are missing, or that
/// they go back.
/// </summary>
internal sealed partial class KeyReader(Invariants invariants, Watched endpoint)
{
    private readonly Dictionary<string, Read> _keys = new(StringComparer.Ordinal);

    /// <summary>Whether the server of the endpoint counts anew on every connection.</summary>
    public bool CountsAnew { get; set; }

    /// <summary>Forgets all: another feed has taken the place of the one before.</summary>
    public void Forget() => _keys.Clear();

    /// <summary>Whether it has had a number of a key, or a later one.</summary>
    public bool Has(KeyNews datum) =>
        _keys.TryGetValue(datum.Key, out var read)
        && (datum.Run < read.Run || (read.Runs.TryGetValue(datum.Run, out var highest) && highest >= datum.Number));

    /// <summary>Whether a number belongs to a later run than all that it has had.</summary>
    public bool IsNewRun(KeyNews datum) => _keys.TryGetValue(datum.Key, out var read) && datum.Run > read.Run;

    public void OnEvent(in FeedEvent happened)
    {
        if (happened.Subscription is not { } subscription || !happened.IsNumbered)
            return;
        var read = Of(subscription[(KeyWords.Name.Length + 1)..]);
        if (happened.Gap is { } gap)
            Tell(read, gap.Cause);
        else if (KeyNews.Read(happened.Payload.Span) is { Event: KeyNewsKind.Data } datum)
            Take(read, datum, happened.Epoch);
    }

    /// <summary>Nobody can tell whether numbers are missing where the key came or the words changed after the last.</summary>
    private Read Of(string key)
    {
        if (!_keys.TryGetValue(key, out var read) || endpoint.Wanted.ChangedAt(key) >= read.At)
            _keys[key] = read = new Read(key) { Before = read is { Numbers: true } ? read.Number : read?.Before };
        return read;
    }

    private void Tell(Read read, string cause)
    {
        if (read.Told is { } before)
            invariants.Broken(endpoint, $"11: {cause}, after {before} was told already");
        var numbers = Numbers().Matches(cause[cause.IndexOf('/')..]).Skip(1).Select(match => long.Parse(match.ValueSpan)).ToArray();
        read.Told = cause.Contains("go back", StringComparison.Ordinal)
            ? new Told(numbers[0], numbers[1], IsBack: true)
            : new Told(numbers[0], numbers[^1], IsBack: false);
    }

    private void Take(Read read, KeyNews datum, int epoch)
    {
        var (told, number) = (read.Told, datum.Number);
        read.Told = null;
        read.FirstByEpoch.TryAdd(epoch, new First(datum.Run, number, read.FirstByEpoch.Count));
        var isNumbered = endpoint.Wanted.Words?.Sequence is not null;
        if (read.At > TimeSpan.MinValue && isNumbered && Fault(read, datum, epoch, told) is { } fault)
            invariants.Broken(endpoint, $"11: {datum.Key} {fault}; told was {told?.ToString() ?? "nothing"}");
        read.ByEpoch[epoch] = number;
        if (datum.Run > read.Run || number > read.Number || told is { IsBack: true })
            (read.Run, read.Number) = (datum.Run, number);
        if (number > read.Runs.GetValueOrDefault(datum.Run))
            read.Runs[datum.Run] = number;
        read.At = invariants.Now;
    }

    private string? Fault(Read read, KeyNews datum, int epoch, Told? told)
    {
        var number = datum.Number;
        var isFirst = !read.ByEpoch.TryGetValue(epoch, out var last);
        if (CountsAnew || read.LooksAsIfCountedAnew(epoch) || (datum.Run > read.Run && endpoint.IsRotating))
        {
            if (isFirst)
                return null;
        }
        else
        {
            last = read.Number;
        }
        if (number < read.Number && told == new Told(read.Number, number, IsBack: true))
            return null; // behind what the other connection has brought
        if (number <= read.Number && told is { IsBack: true } back && back.To == number && read.Had(back.From))
            return null; // the other connection counts anew by itself
        if (number == last + 1)
            return told is null ? null : $"{number} follows {last}";
        if (number > last)
            return told == new Told(last + 1, number - 1, IsBack: false) ? null : $"{number} follows {last}";
        if (told == new Told(last, number, IsBack: true))
            return null;
        return told is null
            && read.ByEpoch.TryGetValue(epoch, out var twice)
            && twice == number
            && datum.Run == read.FirstByEpoch[epoch].Run
            ? null // the server has said it twice
            : $"{number} of run {datum.Run} comes behind {last} of run {read.Run}";
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();

    private sealed record Told(long From, long To, bool IsBack);

    /// <summary>The first number of a connection, in the order in which they came.</summary>
    private sealed record First(long Run, long Number, int Order)
    {
        public bool BeginsAnew(First before) => Number < before.Number || Number <= 1;
    }

    private sealed class Read(string key)
    {
        public string Key => key;

        /// <summary>When the last number came; never yet at first.</summary>
        public TimeSpan At { get; set; } = TimeSpan.MinValue;

        public long Run { get; set; }

        public long Number { get; set; }

        public Told? Told { get; set; }

        public Dictionary<int, long> ByEpoch { get; } = [];

        /// <summary>
        /// Whether a connection began lower than one before it, or with what counting begins with, or one behind it did so: they may be of
        /// a server that counts anew on each.
        /// </summary>
        public bool LooksAsIfCountedAnew(int epoch)
        {
            var its = FirstByEpoch[epoch];
            return FirstByEpoch.Values.Any(each =>
                each.Run == its.Run && each != its && (its.Order > each.Order ? its.BeginsAnew(each) : each.BeginsAnew(its)));
        }

        public Dictionary<int, First> FirstByEpoch { get; } = [];

        public Dictionary<long, long> Runs { get; } = [];

        /// <summary>The last number before the key, or its words, changed; null for none.</summary>
        public long? Before { get; init; }

        public bool Numbers => FirstByEpoch.Count > 0;

        public bool Had(long number) => number == Before || Runs.ContainsValue(number);
    }
}
