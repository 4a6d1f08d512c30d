using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>An endpoint with its layers, lowest first. The layers hold the origin of each value.</summary>
internal sealed record LayeredEndpoint(EndpointSettings Settings, IReadOnlyList<Layer<EndpointSettings>> Layers);
