using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
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
    private readonly (string Before, string Behind)[]? _aroundName; // of each value, where the name of a target is all that completes it
    private readonly FindByName? _named;
    private readonly SequenceSettings? _sequence;
    private readonly JsonWalk? _walk;
    private readonly MessagePattern.Json? _known; // what is the same for every target
    private readonly Dictionary<byte[], T> _targets;
    private readonly List<(MessagePattern Pattern, T Target)> _others = [];

    /// <param name="pattern">The pattern.</param>
    /// <param name="targets">Gives the targets of all patterns that are completed alike, by how they are.</param>
    /// <param name="named">
    /// Finds a target by its name, which is <see cref="TemplateName.Each"/>: one that this finds need not be added where
    /// <see cref="IsByName"/>. Null where targets have no names.
    /// </param>
    /// <param name="sequence">Where a message has a number; null for nowhere.</param>
    public PatternIndex(
        MessagePattern pattern, Func<string, Dictionary<byte[], T>> targets, FindByName? named = null, SequenceSettings? sequence = null)
    {
        (_pattern, _sequence, _targets) = (pattern, sequence, []);
        if (!IsIndexed(pattern))
            return;
        var json = (MessagePattern.Json)pattern;
        JsonExpectation[] completed = [.. json.Expectations.Where(each => each.EqualTo is not null)];
        _constant = [.. json.Expectations.Where(each => each.EqualTo is null)];
        _completing = [.. completed.Select(each => each.EqualTo!)];
        _known = json with { Expectations = [.. _constant] };
        _walk = new JsonWalk([.. _constant.Concat(completed).Select(each => each.Path), .. sequence?.Pointers ?? []]);
        (string, string)[] around = [.. _completing.Select(each => each.Around(TemplateName.Each)).OfType<(string, string)>()];
        if (named is not null && around.Length == _completing.Length)
            (_aroundName, _named) = (around, named);
        else
            _targets = targets(string.Join('\n', _completing.Select(each => each.Written)));
    }

    /// <summary>Finds a target by its name; null for none.</summary>
    public delegate T? FindByName(ReadOnlySpan<char> name);

    /// <summary>Whether targets are found by their names and are not added.</summary>
    public bool IsByName => _named is not null;

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
    /// <returns>Whether others that were completed alike are not found any more: see <see cref="Restore"/>.</returns>
    public bool Remove(object added, T target)
    {
        if (added is not byte[] key)
            Forget(target);
        else if (_targets.TryGetValue(key, out var there) && ReferenceEquals(there, target))
            return _targets.Remove(key);
        return false;
    }

    /// <summary>Finds a target again in place of one that was completed alike, and is removed.</summary>
    /// <param name="removed">What <see cref="Add"/> has given for that one.</param>
    /// <param name="added">What it has given for this one.</param>
    /// <param name="target">This one.</param>
    /// <returns>Whether they were completed alike.</returns>
    public bool Restore(object removed, object added, T target) =>
        removed is byte[] one && added is byte[] other && CompletedKey.Comparer.Equals(one, other) && _targets.TryAdd(other, target);

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

    /// <inheritdoc cref="Find(ReadOnlySpan{byte}, out MessagePattern, out long?)"/>
    public T? Find(ReadOnlySpan<byte> message, out MessagePattern match) => Find(message, out match, out _);

    /// <summary>The target of a message; null for none.</summary>
    /// <param name="message">The message.</param>
    /// <param name="match">Its pattern, for pointers and named groups.</param>
    /// <param name="number">Receives its number, where it has one; it is looked for in the JSON that the pattern looks at.</param>
    public T? Find(ReadOnlySpan<byte> message, out MessagePattern match, out long? number)
    {
        number = null;
        foreach (var (pattern, target) in _others)
        {
            match = pattern;
            if (!pattern.Matches(message))
                continue;
            number = _sequence?.Read(message[pattern.JsonAt(message)..]);
            return target;
        }
        match = _known ?? _pattern;
        return (_targets.Count == 0 && !IsByName) || !_known!.Begins(message) || !_known.CouldMatch(message[_known.JsonAt(message)..])
            ? null
            : FindCompleted(message[_known.JsonAt(message)..], ref number);
    }

    private T? FindCompleted(ReadOnlySpan<byte> json, ref long? number)
    {
        var (first, count) = (_constant.Length, _constant.Length + _completing.Length); // of the values that complete
        var all = count + (_sequence?.Pointers.Count ?? 0);
        var places = all <= JsonPlace.MostOnStack ? stackalloc JsonPlace[all] : new JsonPlace[all];
        try
        {
            if (!_walk!.TryFind(json, places))
                return FindInDocument(json, ref number);
        }
        catch (JsonException)
        {
            return null;
        }
        for (var index = 0; index < first; index++)
        {
            if (_constant[index].Holds(places[index], json) is not { } holds)
                return FindInDocument(json, ref number);
            if (!holds)
                return null;
        }
        if (!TryFindByPlaces(json, places[first..count], out var target))
            return FindInDocument(json, ref number);
        if (target is not null && _sequence is not null && !SequenceSettings.NumberAt(places[count..], json, out number))
            number = _sequence.ReadDocument(json);
        return target;
    }

    /// <summary>Finds the target by where its values are.</summary>
    /// <returns>False where only a document tells.</returns>
    private bool TryFindByPlaces(ReadOnlySpan<byte> json, ReadOnlySpan<JsonPlace> places, out T? target)
    {
        target = null;
        if (_aroundName is not null)
            return TryFindByName(json, places, out target);
        var room = 0;
        foreach (var place in places)
            room += CompletedKey.Head + place.Length;
        var key = room <= MostOnStack ? stackalloc byte[room] : new byte[room];
        var length = 0;
        foreach (var place in places)
        {
            var written = CompletedKey.Write(place, json, key[length..]);
            if (written <= 0)
                return written == 0;
            length += written;
        }
        target = Target(key[..length]);
        return true;
    }

    private bool TryFindByName(ReadOnlySpan<byte> json, ReadOnlySpan<JsonPlace> places, out T? target)
    {
        (target, var found) = (null, (T?)null);
        for (var index = 0; index < places.Length; index++)
        {
            if (places[index] is { IsHidden: true, Token: JsonTokenType.None or JsonTokenType.String })
                return false;
            if (places[index].Token != JsonTokenType.String || !IsOf(index, places[index].TextIn(json), ref found))
                return true;
        }
        target = found;
        return true;
    }

    private bool IsOf(int index, ReadOnlySpan<byte> text, ref T? target)
    {
        var read = text.Length <= MostOnStack ? stackalloc char[text.Length] : new char[text.Length];
        return Utf8.ToUtf16(text, read, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
            && IsOf(index, read[..length], ref target);
    }

    /// <summary>Whether a text completes a value for a target.</summary>
    /// <param name="index">Which value.</param>
    /// <param name="text">The text.</param>
    /// <param name="target">The target of the values before; receives that of the first value.</param>
    private bool IsOf(int index, ReadOnlySpan<char> text, ref T? target)
    {
        var (before, behind) = _aroundName![index];
        if (text.Length < before.Length + behind.Length || !text.StartsWith(before) || !text.EndsWith(behind))
            return false;
        var named = _named!(text[before.Length..^behind.Length]);
        if (named is null || (index > 0 && !ReferenceEquals(named, target)))
            return false;
        target = named;
        return true;
    }

    /// <summary>Reads the message as a document, which tells what a walk cannot.</summary>
    private T? FindInDocument(ReadOnlySpan<byte> json, ref long? number)
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
            if (Target(values) is not { } target)
                return null;
            number = _sequence?.ReadDocument(json);
            return target;
        }
        // Half a surrogate pair and an endless exponent are JSON that the framework cannot read.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private T? Target(List<JsonElement> values)
    {
        if (_aroundName is null)
            return CompletedKey.Of(values) is { } key ? Target(key) : null;
        T? target = null;
        for (var index = 0; index < values.Count; index++)
        {
            if (values[index].ValueKind != JsonValueKind.String || !IsOf(index, values[index].GetString(), ref target))
                return null;
        }
        return target;
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
