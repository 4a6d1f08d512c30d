using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>An endpoint with the layers it was made of, lowest first: they know where each value comes from.</summary>
internal sealed record LayeredEndpoint(EndpointSettings Settings, IReadOnlyList<Layer<EndpointSettings>> Layers);
