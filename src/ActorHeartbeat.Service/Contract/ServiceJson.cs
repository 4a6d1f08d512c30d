using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorHeartbeat.Service.Contract;

/// <summary>The JSON of every answer and body of the HTTP API: camelCase, nulls written, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(EndpointView))]
[JsonSerializable(typeof(EndpointListView))]
[JsonSerializable(typeof(SubscriptionListView))]
[JsonSerializable(typeof(KeyCommandView))]
[JsonSerializable(typeof(ExplanationView))]
[JsonSerializable(typeof(ConversationLineView))]
[JsonSerializable(typeof(CloseBody))]
[JsonSerializable(typeof(SendBody))]
[JsonSerializable(typeof(SentView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(GovernorView))]
[JsonSerializable(typeof(SinkListView))]
[JsonSerializable(typeof(ProcessView))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ServiceJson : JsonSerializerContext
{
    /// <summary>Keeps quotes and letters readable: this output is never put into HTML.</summary>
    public static readonly JsonWriterOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static ServiceJson Contract => Holder.Contract;

    // A separate class, because the generated half must set its default first.
    private static class Holder
    {
        public static readonly ServiceJson Contract = new(new JsonSerializerOptions(Default.Options) { Encoder = Relaxed.Encoder });
    }
}
