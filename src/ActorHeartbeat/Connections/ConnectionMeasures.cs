using System.Diagnostics.Metrics;

namespace ActorHeartbeat.Connections;

/// <summary>
/// The distributions that connections measure: when an attempt ends, when a connection ends, and when a heartbeat is answered. None has
/// the endpoint as a tag. Thread-safe; costs nothing while nobody listens.
/// </summary>
internal sealed class ConnectionMeasures(Meter meter)
{
    private readonly Histogram<double> _attempts = Of(
        meter, "actorheartbeat.connect.duration", "From the permit of a dial to the open connection, or to its failure.",
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);

    private readonly Histogram<double> _connections = Of(
        meter, "actorheartbeat.connection.duration", "How long connections were open.", [1, 10, 60, 300, 1800, 3600, 21_600, 86_400]);

    private readonly Histogram<double> _roundTrips = Of(
        meter, "actorheartbeat.ping.rtt", "Round trips of heartbeats.",
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

    private readonly Histogram<double> _mailboxes = Of(
        meter, "actorheartbeat.actor.mailbox.wait",
        "How long the result of a dial and the answer of a heartbeat waited in the mailbox of a connection's actor.",
        [0.0001, 0.001, 0.01, 0.1, 1, 10]);

    public void AttemptEnded(TimeSpan took, AttemptEnd end) => _attempts.Record(took.TotalSeconds, Tag("outcome", end.Outcome));

    public void ConnectionEnded(TimeSpan lasted, Disconnect end) => _connections.Record(lasted.TotalSeconds, Tag("end.reason", end.Reason));

    public void HeartbeatAnswered(TimeSpan roundTrip) => _roundTrips.Record(roundTrip.TotalSeconds);

    public void Waited(TimeSpan inMailbox) => _mailboxes.Record(inMailbox.TotalSeconds);

    private static Histogram<double> Of(Meter meter, string name, string description, double[] bounds) => meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
