using System.Text.Json.Serialization;

namespace ActorHeartbeat.Service.Contract;

/// <summary>The same JSON as a client reads it: what a newer service adds is passed over.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EndpointView))]
[JsonSerializable(typeof(ExplanationView))]
[JsonSerializable(typeof(SubscriptionListView))]
[JsonSerializable(typeof(KeyCommandView))]
internal sealed partial class ClientJson : JsonSerializerContext;
