using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Explaining;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Service.Http;

/// <summary>Shows the supervised endpoints and the state of each.</summary>
internal sealed class EndpointRoutes(ConnectionsClient connections, Explainer explainer)
{
    private static readonly string[] States = [.. Enum.GetValues<SubscriptionState>().Select(state => Spelling.Kebab(state))];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/v1/endpoints", List);
        routes.MapRead("/v1/endpoints/{id}", Show);
        routes.MapRead("/v1/endpoints/{id}/explain", Explain);
        routes.MapRead("/v1/endpoints/{id}/subscriptions", Subscriptions);
    }

    private async Task List(HttpContext http) =>
        await http.Answer(
            EndpointListView.Of(await connections.GetEndpointsAsync(http.RequestAborted)),
            ServiceJson.Contract.EndpointListView);

    private async Task Show(HttpContext http)
    {
        if (await Find(http, connections) is { } endpoint)
            await http.Answer(EndpointView.Of(endpoint), ServiceJson.Contract.EndpointView);
    }

    private async Task Subscriptions(HttpContext http)
    {
        var wanted = http.Request.Query["state"].ToString();
        if (wanted.Length > 0 && !States.Contains(wanted))
            await http.Refuse(Problem.BadRequest($"state is \"{wanted}\"", $"take one of {string.Join(", ", States)}"));
        else if (await Find(http, connections) is { } endpoint && await Named(http, endpoint) is { } isNamed)
        {
            var declared = endpoint.Settings.Subscriptions
                .SelectMany(each => each.Value.ForEach.Select(key => (each.Key, key))).ToHashSet();
            await http.Answer(
                new SubscriptionListView(
                    endpoint.Id.Value,
                    [
                        .. (await connections.GetSubscriptionsAsync(endpoint.Id, http.RequestAborted))
                            .Select(key => SubscriptionView.Of(key, declared.Contains((key.Subscription, key.Key))))
                            .Where(key => (wanted.Length == 0 || key.State == wanted) && isNamed(key.Subscription)),
                    ]),
                ServiceJson.Contract.SubscriptionListView);
        }
    }

    /// <summary>Takes the subscription that the query names, or all; null when there is none, and the request has been answered.</summary>
    private static async Task<Predicate<string>?> Named(HttpContext http, EndpointSnapshot endpoint)
    {
        if (http.Request.Query["name"].ToString() is not { Length: > 0 } name)
            return _ => true;
        var known = endpoint.Settings.Subscriptions.Keys.Union(endpoint.Subscriptions.Select(each => each.Name)).ToList();
        if (known.Contains(name))
            return other => other == name;
        await http.Refuse(Problem.UnknownKey(
            $"{endpoint.Id} has no subscription {PeerText.Of(name)}",
            known.Count == 0 ? "it has none" : $"take one of {string.Join(", ", known)}"));
        return null;
    }

    private async Task Explain(HttpContext http)
    {
        if (await Find(http, connections) is { } endpoint)
            await http.Answer(
                await explainer.ExplainAsync(endpoint, http.RequestAborted), ServiceJson.Contract.ExplanationView);
    }

    /// <summary>The endpoint that the path names; null when there is none and the request has been answered.</summary>
    public static async Task<EndpointSnapshot?> Find(HttpContext http, ConnectionsClient connections)
    {
        var name = (string)http.Request.RouteValues["id"]!; // not null: every route to here has it
        var endpoint = EndpointId.Reject(name) is null
            ? await connections.GetEndpointAsync(new EndpointId(name), http.RequestAborted)
            : null;
        if (endpoint is null)
            await http.Refuse(Problem.UnknownEndpoint(name));
        return endpoint;
    }
}
