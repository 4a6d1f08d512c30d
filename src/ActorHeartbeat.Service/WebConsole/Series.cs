using System.Globalization;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>The figures of the last five minutes, as far as somebody has looked.</summary>
public sealed class Series
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(5);

    private readonly Queue<(DateTimeOffset At, double? Value)> _points = new();

    /// <summary>The points, oldest first; null where there was no figure.</summary>
    public IReadOnlyCollection<(DateTimeOffset At, double? Value)> Points => _points;

    /// <summary>Takes a figure.</summary>
    public void Add(DateTimeOffset at, double? value)
    {
        _points.Enqueue((at, value));
        while (_points.Peek().At < at - Span)
            _points.Dequeue();
    }

    /// <summary>A line for SVG in a field of 300 by 100; empty where there is nothing to draw.</summary>
    public string Line()
    {
        var most = Most;
        if (_points.Count < 2 || most is null)
            return "";
        var last = _points.Last().At;
        return string.Join(
            ' ',
            from point in _points
            let value = point.Value ?? double.NaN
            where !double.IsNaN(value)
            let height = most.Value > 0 ? 96 * value / most.Value : 0
            select string.Create(CultureInfo.InvariantCulture, $"{300 - (last - point.At).TotalSeconds:0.#},{98 - height:0.#}"));
    }

    /// <summary>The highest; null where there is none.</summary>
    public double? Most => _points.Max(point => point.Value);
}
