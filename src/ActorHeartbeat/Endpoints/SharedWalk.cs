using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <summary>Walks over a message once for several patterns, and only if one of them needs it. Used by one thread at a time.</summary>
internal sealed class SharedWalk
{
    private readonly int[] _first; // where the places of each pattern begin; below 0 for one that takes no part
    private readonly JsonPlace[] _places;
    private readonly JsonWalk _walk;
    private State _state;

    /// <param name="patterns">The patterns; their placeholders may be filled later.</param>
    public SharedWalk(IReadOnlyList<MessagePattern> patterns)
    {
        var pointers = new List<JsonPointer>();
        _first = new int[patterns.Count];
        for (var index = 0; index < _first.Length; index++)
        {
            _first[index] = patterns[index] is MessagePattern.Json { After: "" } ? pointers.Count : -1;
            if (patterns[index] is MessagePattern.Json { After: "" } json)
                pointers.AddRange(json.Expectations.Select(expectation => expectation.Path));
        }
        _places = new JsonPlace[pointers.Count];
        _walk = new JsonWalk(pointers);
    }

    private enum State
    {
        Ahead,
        Found,
        NoJson,
        Impossible,
    }

    /// <summary>Begins with the next message.</summary>
    public void Begin() => _state = State.Ahead;

    /// <summary>Whether a pattern matches the message.</summary>
    /// <param name="index">Its place among the patterns.</param>
    /// <param name="pattern">It, with its placeholders filled.</param>
    /// <param name="payload">The message.</param>
    public bool Matches(int index, MessagePattern pattern, ReadOnlySpan<byte> payload)
    {
        if (_first[index] < 0 || pattern is not MessagePattern.Json json)
            return pattern.Matches(payload);
        if (_state == State.NoJson || !json.CouldMatch(payload))
            return false;
        if (_state == State.Ahead)
            _state = Walk(payload);
        return _state == State.Found
            ? json.Judge(payload, _places.AsSpan(_first[index], json.Expectations.Count)) ?? json.MatchesDocument(payload)
            : _state == State.Impossible && json.Matches(payload);
    }

    private State Walk(ReadOnlySpan<byte> payload)
    {
        Array.Clear(_places);
        try
        {
            return _walk.TryFind(payload, _places) ? State.Found : State.Impossible;
        }
        catch (JsonException)
        {
            return State.NoJson;
        }
    }
}
