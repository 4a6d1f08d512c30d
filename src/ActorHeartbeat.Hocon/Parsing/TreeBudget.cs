using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Parsing;

/// <summary>Counts the nodes and bytes of a document and all its includes.</summary>
internal sealed class TreeBudget(HoconLimits limits, ErrorList errors)
{
    private long _nodes;
    private long _bytes;

    /// <summary>True when reading must stop: the limit of nodes or of bytes is exceeded.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Counts keys and values; false when there are too many, which is reported once.</summary>
    public bool Count(SourceText source, int start, int nodes)
    {
        _nodes += nodes;
        if (_nodes <= limits.Nodes)
            return !IsSpent;
        if (!IsSpent)
            errors.Add(source, start, 1, $"more than {limits.Nodes:N0} keys and values in this file and its includes");
        IsSpent = true;
        return false;
    }

    /// <summary>Counts the content of a file; false when all files together are too large.</summary>
    public bool CountBytes(int bytes)
    {
        _bytes += bytes;
        IsSpent |= _bytes > limits.TotalBytes;
        return _bytes <= limits.TotalBytes;
    }
}
