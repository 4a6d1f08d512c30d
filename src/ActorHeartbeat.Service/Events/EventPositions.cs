using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>The position of a stream in each of its endpoints, as an id that resumes the stream.</summary>
internal sealed class EventPositions
{
    /// <summary>
    /// An id names every endpoint of the stream. Beyond this many endpoints,
    /// fewer events carry an id, so that ids take a bounded share of the stream.
    /// </summary>
    private const int NamedInEveryEvent = 8;

    private readonly Dictionary<EndpointId, long> _positions;
    private string _instance;
    private int _sinceId;

    public EventPositions(ResumePoint? resume)
    {
        _positions = resume is null ? [] : new Dictionary<EndpointId, long>(resume.LastSeen);
        _instance = resume?.Instance ?? "";
    }

    /// <summary>Records an event. Returns the id to send with it; null when it needs none.</summary>
    public string? Passed(in FeedEvent feedEvent)
    {
        if (feedEvent.Endpoint.Value.Length == 0)
            return null;
        if (_instance != feedEvent.Instance)
        {
            _positions.Clear(); // numbers of another run no longer apply
            _instance = feedEvent.Instance;
        }
        _positions[feedEvent.Endpoint] = feedEvent.Seq;
        if (++_sinceId < _positions.Count / NamedInEveryEvent)
            return null;
        _sinceId = 0;
        return _positions.Count == 1 ? feedEvent.Id : new ResumePoint(_instance, _positions).ToString();
    }
}
