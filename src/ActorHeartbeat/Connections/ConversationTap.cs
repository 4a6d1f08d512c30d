using System.Threading.Channels;

namespace ActorHeartbeat.Connections;

/// <summary>
/// Listens to the conversation of one endpoint over all its connections, and only reads. Lines that come faster than they are read are left
/// out and counted, so that no connection waits for its listener. Ends when it is disposed, and when its endpoint is removed or drained.
/// </summary>
public sealed class ConversationTap : IDisposable
{
    /// <summary>How many lines may wait to be read.</summary>
    public const int Capacity = 1024;

    private readonly Channel<ConversationLine> _lines = Channel.CreateBounded<ConversationLine>(
        new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly Lock _gate = new(); // the pump and the actor write
    private Action? _leave;
    private long _missing, _dropped;
    private bool _isOver;

    internal ConversationTap()
    {
    }

    /// <summary>The lines as they come. One that tells how many are left out stands in their place.</summary>
    public ChannelReader<ConversationLine> Lines => _lines.Reader;

    /// <summary>How many lines are left out so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Stops listening.</summary>
    public void Dispose() => End();

    /// <summary>Begins to listen, unless it is over.</summary>
    internal bool TryBegin(Action leave)
    {
        lock (_gate)
        {
            if (_isOver)
                return false;
            _leave = leave;
            return true;
        }
    }

    internal void Offer(ConversationLine line)
    {
        lock (_gate)
        {
            if (_missing > 0 && _lines.Writer.TryWrite(Gap(line)))
                _missing = 0;
            if (_lines.Writer.TryWrite(line))
                return;
            _missing++;
            Interlocked.Increment(ref _dropped);
        }
    }

    internal void End()
    {
        Action? leave;
        lock (_gate)
        {
            (leave, _leave, _isOver) = (_leave, null, true);
            _lines.Writer.TryComplete();
        }
        leave?.Invoke();
    }

    private ConversationLine Gap(ConversationLine next) => new(
        next.At, next.Incarnation, ConversationDirection.Event, $"{_missing} lines are left out: they came faster than they were read");
}
