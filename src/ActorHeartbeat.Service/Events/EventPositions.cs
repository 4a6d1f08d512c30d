using System.Buffers;
using System.Buffers.Text;
using System.Text;
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

    private const int LongestNumber = 20;

    private readonly Dictionary<EndpointId, long> _positions;
    private string _instance;
    private int _sinceId;

    public EventPositions(ResumePoint? resume)
    {
        _positions = resume is null ? [] : new Dictionary<EndpointId, long>(resume.LastSeen);
        _instance = resume?.Instance ?? "";
    }

    /// <summary>Records an event. Returns whether an id is sent with it.</summary>
    public bool Passed(in FeedEvent feedEvent)
    {
        if (feedEvent.Endpoint.Value.Length == 0)
            return false;
        if (_instance != feedEvent.Instance)
        {
            _positions.Clear(); // numbers of another run no longer apply
            _instance = feedEvent.Instance;
        }
        _positions[feedEvent.Endpoint] = feedEvent.Seq;
        if (++_sinceId < _positions.Count / NamedInEveryEvent)
            return false;
        _sinceId = 0;
        return true;
    }

    /// <summary>
    /// Writes the id of the event that has just passed, as <see cref="FeedEvent.Id"/> and <see cref="ResumePoint"/> spell it.
    /// </summary>
    public void Write(IBufferWriter<byte> output, in FeedEvent feedEvent)
    {
        if (_positions.Count > 1)
        {
            Encoding.UTF8.GetBytes(new ResumePoint(_instance, _positions).ToString(), output);
            return;
        }
        Encoding.UTF8.GetBytes(_instance, output);
        output.Write(";"u8);
        Encoding.UTF8.GetBytes(feedEvent.Endpoint.Value, output);
        output.Write("="u8);
        Utf8Formatter.TryFormat(feedEvent.Seq, output.GetSpan(LongestNumber), out var length);
        output.Advance(length);
    }
}
