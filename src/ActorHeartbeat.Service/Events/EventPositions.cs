using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>Where a stream stands in each of its endpoints, as an id that resumes it.</summary>
internal sealed class EventPositions
{
    /// <summary>
    /// An id names every endpoint of the stream. With more endpoints than this, one in so many events carries it, so that ids cost a
    /// bounded
    /// share of the stream.
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

    /// <summary>Takes note of an event; the id to send with it, or null when it needs none.</summary>
    public string? Passed(in FeedEvent feedEvent)
    {
        if (feedEvent.Endpoint.Value.Length == 0)
            return null;
        if (_instance != feedEvent.Instance)
        {
            _positions.Clear(); // numbers of another run mean nothing any more
            _instance = feedEvent.Instance;
        }
        _positions[feedEvent.Endpoint] = feedEvent.Seq;
        if (++_sinceId < _positions.Count / NamedInEveryEvent)
            return null;
        _sinceId = 0;
        return _positions.Count == 1 ? feedEvent.Id : new ResumePoint(_instance, _positions).ToString();
    }
}
