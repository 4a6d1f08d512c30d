using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Subscriptions;

/// <summary>
/// One pattern, completed for many targets. Where its placeholders stand only in what a value has to equal, the target of a message is
/// found by one look-up, however many there are; otherwise each is compared. Used by one thread at a time.
/// </summary>
/// <typeparam name="T">What a message that matches is about.</typeparam>
internal sealed class PatternIndex<T>
    where T : class
{
    private const int MostOnStack = 256;

    private readonly MessagePattern _pattern;
    private readonly JsonExpectation[] _constant = [];
    private readonly ValueTemplate[] _completing = [];
    private readonly JsonWalk? _walk;
    private readonly MessagePattern.Json? _known; // what is the same for every target
    private readonly Dictionary<byte[], T> _targets;
    private readonly List<(MessagePattern Pattern, T Target)> _others = [];

    /// <param name="pattern">The pattern.</param>
    /// <param name="targets">Gives the targets of all patterns that are completed alike, by how they are.</param>
    public PatternIndex(MessagePattern pattern, Func<string, Dictionary<byte[], T>> targets)
    {
        _pattern = pattern;
        if (!IsIndexed(pattern))
        {
            _targets = [];
            return;
        }
        var json = (MessagePattern.Json)pattern;
        JsonExpectation[] completed = [.. json.Expectations.Where(each => each.EqualTo is not null)];
        _constant = [.. json.Expectations.Where(each => each.EqualTo is null)];
        _completing = [.. completed.Select(each => each.EqualTo!)];
        _targets = targets(string.Join('\n', _completing.Select(each => each.Written)));
        _known = json with { Expectations = [.. _constant] };
        _walk = new JsonWalk([.. _constant.Concat(completed).Select(each => each.Path)]);
    }

    /// <summary>Whether a target is found by one look-up.</summary>
    public static bool IsIndexed(MessagePattern pattern) =>
        pattern is MessagePattern.Json { HasPlaceholders: true, HasOpenStart: false } json
        && json.Expectations.All(each => each.EqualTo is not null || !each.Templates.Any());

    /// <summary>Completes the pattern for a target, in place of another one that is completed alike.</summary>
    /// <param name="scope">The values for it.</param>
    /// <param name="target">What a message that matches is about.</param>
    /// <returns>What removes it; null when a placeholder has no value.</returns>
    public object? Add(TemplateScope scope, T target)
    {
        if (_walk is not null && KeyOf(scope) is { } key)
        {
            _targets[key] = target;
            return key;
        }
        if (_pattern.Fix(scope) is not { } pattern)
            return null;
        _others.Add((pattern, target));
        return pattern;
    }

    /// <param name="added">What <see cref="Add"/> has given.</param>
    /// <param name="target">The target: another one may have taken its place.</param>
    public void Remove(object added, T target)
    {
        if (added is not byte[] key)
            Forget(target);
        else if (_targets.TryGetValue(key, out var there) && ReferenceEquals(there, target))
            _targets.Remove(key);
    }

    /// <param name="scope">The values with which it was added.</param>
    /// <param name="target">The target.</param>
    public void Remove(TemplateScope scope, T target)
    {
        if (_walk is not null && KeyOf(scope) is { } key)
            Remove(key, target);
        else
            Forget(target);
    }

    private void Forget(T target) => _others.RemoveAll(each => ReferenceEquals(each.Target, target));

    /// <summary>The target of a message; null for none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="match">Its pattern, for pointers and named groups.</param>
    public T? Find(ReadOnlySpan<byte> message, out MessagePattern match)
    {
        foreach (var (pattern, target) in _others)
        {
            match = pattern;
            if (pattern.Matches(message))
                return target;
        }
        match = _known ?? _pattern;
        return _targets.Count == 0 || !_known!.Begins(message) || !_known.CouldMatch(message[_known.JsonAt(message)..])
            ? null
            : FindCompleted(message[_known.JsonAt(message)..]);
    }

    private T? FindCompleted(ReadOnlySpan<byte> json)
    {
        var count = _constant.Length + _completing.Length;
        var places = count <= JsonPlace.MostOnStack ? stackalloc JsonPlace[count] : new JsonPlace[count];
        try
        {
            if (!_walk!.TryFind(json, places))
                return FindInDocument(json);
        }
        catch (JsonException)
        {
            return null;
        }
        for (var index = 0; index < _constant.Length; index++)
        {
            if (_constant[index].Holds(places[index], json) is not { } holds)
                return FindInDocument(json);
            if (!holds)
                return null;
        }
        var room = 0;
        foreach (var place in places[_constant.Length..])
            room += CompletedKey.Head + place.Length;
        var key = room <= MostOnStack ? stackalloc byte[room] : new byte[room];
        var length = 0;
        foreach (var place in places[_constant.Length..])
        {
            var written = CompletedKey.Write(place, json, key[length..]);
            if (written <= 0)
                return written == 0 ? null : FindInDocument(json);
            length += written;
        }
        return Target(key[..length]);
    }

    /// <summary>Reads the message as a document, which tells what a walk cannot.</summary>
    private T? FindInDocument(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            foreach (var expectation in _constant)
            {
                if (!expectation.Matches(document.RootElement))
                    return null;
            }
            var values = new List<JsonElement>();
            foreach (var expectation in ((MessagePattern.Json)_pattern).Expectations)
            {
                if (expectation.EqualTo is null)
                    continue;
                if (expectation.Find(document.RootElement) is not { } value)
                    return null;
                values.Add(value);
            }
            return CompletedKey.Of(values) is { } key ? Target(key) : null;
        }
        // Half a surrogate pair and an endless exponent are JSON that the framework cannot read.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private T? Target(ReadOnlySpan<byte> key) =>
        _targets.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var target) ? target : null;

    private byte[]? KeyOf(TemplateScope scope)
    {
        var values = new JsonElement[_completing.Length];
        for (var index = 0; index < values.Length; index++)
        {
            if (_completing[index].Fill(scope)?.AsJson() is not { } value)
                return null;
            values[index] = value;
        }
        return CompletedKey.Of(values);
    }
}
