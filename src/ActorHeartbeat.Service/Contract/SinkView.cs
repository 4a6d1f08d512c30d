using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.Contract;

/// <summary>One sink as <c>GET /v1/sinks</c> shows it.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Type"><c>file</c>.</param>
/// <param name="Path">The file.</param>
/// <param name="Select">The endpoints, as a label selector.</param>
/// <param name="State"><c>writing</c>, or <c>failing</c> while the disk refuses writes.</param>
/// <param name="LinesWritten">Lines that the operating system has accepted since the sink began with these settings.</param>
/// <param name="EventsLost">Events that a gap in the file stands for.</param>
/// <param name="Failure">Why the disk refuses writes; null when it does not.</param>
internal sealed record SinkView(
    string Name, string Type, string Path, string Select, string State, long LinesWritten, long EventsLost, string? Failure)
{
    public static SinkView Of(FileSink sink)
    {
        var failure = sink.Failure;
        return new SinkView(
            sink.Name,
            Spelling.Kebab(sink.Settings.Kind),
            sink.Settings.Path,
            sink.Settings.Select,
            failure is null ? "writing" : "failing",
            sink.LinesWritten,
            sink.EventsLost,
            failure);
    }
}

/// <summary>All sinks, by name.</summary>
internal sealed record SinkListView(IReadOnlyList<SinkView> Sinks);
