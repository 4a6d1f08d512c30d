using ActorHeartbeat.Governor;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Telemetry;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Explaining;

/// <summary>Says why an endpoint is as it is, and what has become of it.</summary>
internal sealed class Explainer(ConnectionsClient connections, AttemptTimes attempts, TimeProvider time)
{
    /// <summary>All that the answer to <c>explain</c> says.</summary>
    public async Task<ExplanationView> ExplainAsync(EndpointSnapshot endpoint, CancellationToken cancellation)
    {
        var (sentence, place) = await SayAsync(endpoint, cancellation);
        var steps = attempts.Of(endpoint.Id);
        return new ExplanationView(
            endpoint.Id.Value, endpoint.State, sentence.Text, sentence.WaitsFor, sentence.Until, QueuePlaceView.Of(place),
            [
                .. (await connections.GetTransitionsAsync(endpoint.Id, cancellation))
                    .Select(change => TransitionView.Of(change, steps.GetValueOrDefault(change.Incarnation))),
            ]);
    }

    /// <summary>The present state of an endpoint in words, and its place in the governor's queue; null where it does not wait.</summary>
    public async Task<(ExplainSentence Sentence, QueuePlace? Place)> SayAsync(EndpointSnapshot endpoint, CancellationToken cancellation)
    {
        var place = endpoint.State == "backing-off" ? await connections.GetPlaceAsync(endpoint.Id, cancellation) : null;
        return (ExplainSentence.Of(Situation.Of(endpoint, place, time.GetUtcNow())), place);
    }
}
