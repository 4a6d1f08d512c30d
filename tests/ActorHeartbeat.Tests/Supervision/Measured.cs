using System.Diagnostics.Metrics;
using ActorHeartbeat.Telemetry;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>What a listener of the meter of one supervisor sees. Others in the process do not matter.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<string> _seen = [];

    /// <param name="supervisor">The tag of the meter.</param>
    public Measured(string supervisor)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != MeterSettings.Name || instrument.Meter.Tags?.Single().Value as string != supervisor)
                return;
            lock (_seen)
                Names.Add(instrument.Name);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => See(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
        _listener.Start();
    }

    public HashSet<string> Names { get; } = [];

    /// <summary>All that was recorded so far, and what the observable instruments say now, as name, tags and value.</summary>
    public List<string> Everything()
    {
        lock (_seen)
        {
            var recorded = _seen.Count;
            _listener.RecordObservableInstruments();
            List<string> all = [.. _seen];
            _seen.RemoveRange(recorded, _seen.Count - recorded);
            return all;
        }
    }

    /// <summary>What one instrument says, without its name, and without zeros unless they are asked for.</summary>
    public List<string> Of(string name, bool zeros = false) =>
    [
        .. Everything()
            .Where(each => each.StartsWith($"{name} ", StringComparison.Ordinal))
            .Where(each => zeros || !each.EndsWith(" 0", StringComparison.Ordinal))
            .Select(each => each[(name.Length + 1)..])
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _listener.Dispose();

    private void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name["actorheartbeat.".Length..];
        lock (_seen)
            _seen.Add($"{string.Join(' ', [name, .. tags.ToArray().Select(tag => $"{tag.Value}")])} {value:0.###}");
    }
}
