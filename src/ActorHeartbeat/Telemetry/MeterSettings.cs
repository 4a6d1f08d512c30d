using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Telemetry;

/// <summary>
/// Which endpoints have series of their own in the metrics. The others are counted together, as the endpoint <c>_other</c>.
/// </summary>
public sealed record MeterSettings
{
    /// <summary>The name of the meter and of the source of activities, to be given to OpenTelemetry.</summary>
    public const string Name = "ActorHeartbeat";

    /// <summary>The most endpoints with series of their own; those that come first have them. Default 1000.</summary>
    public int EndpointLimit { get; init; } = 1000;

    /// <summary>
    /// The most series that an instrument of ours may have, for the cardinality limit of its view in OpenTelemetry, whose own of 2000 is
    /// too small for many endpoints. It leaves room for endpoints that come and go.
    /// </summary>
    /// <param name="instrument">The name of the instrument, as in <c>actorheartbeat.messages</c>.</param>
    public int MostSeries(string instrument) =>
        EndpointMeter.HasEndpoint(instrument) ? (EndpointLimit + 1) * EndpointMeter.SeriesOfOne : EndpointMeter.SeriesOfAll;

    /// <summary>By label, the endpoints that may have series of their own. Default: all.</summary>
    public LabelSelector Select { get; init; } = LabelSelector.All;
}
