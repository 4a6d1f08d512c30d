using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Newtonsoft.Json;

namespace ActorHeartbeat.Serialization;

/// <summary>
/// Carries every <see cref="ISerializableMessage"/> to another process as JSON with type names, as Akka.NET's own serializer does. Unlike
/// that one it writes nulls and values that are their type's default: <c>Enabled = false</c> stays false where the default is true.
/// </summary>
/// <remarks>
/// A type name on the wire decides which type is created, so exchange messages only between processes that trust each other.
/// </remarks>
public sealed class MessageSerializer : NewtonSoftJsonSerializer
{
    /// <param name="system">The system that sends and receives the messages.</param>
    public MessageSerializer(ExtendedActorSystem system)
        : base(system, Options)
    {
        Settings.DefaultValueHandling = DefaultValueHandling.Include; // for what it writes
        Settings.NullValueHandling = NullValueHandling.Include;
        var reader = (JsonSerializer)Serializer;
        reader.DefaultValueHandling = DefaultValueHandling.Include;
        reader.NullValueHandling = NullValueHandling.Include;
    }

    /// <summary>Binds the messages to this serializer. <c>WithConnectionSupervisor</c> adds it.</summary>
    public static Config Configuration { get; } = ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.actor-heartbeat = "{{NameOf(typeof(MessageSerializer))}}"
          serialization-bindings { "{{NameOf(typeof(ISerializableMessage))}}" = actor-heartbeat }
        }
        """);

    /// <summary>Identifies this serializer on the wire; Akka.NET reserves 0 to 40.</summary>
    public override int Identifier => 455;

    private static NewtonSoftJsonSerializerSettings Options { get; } = new(
        encodeTypeNames: true,
        preserveObjectReferences: false,
        converters:
        [
            typeof(ValueListConverter),
            typeof(ValueMapConverter),
            typeof(OutboundMessageConverter),
            typeof(MessageTemplateConverter),
            typeof(ValueTemplateConverter),
            typeof(FeedEventConverter),
            typeof(LabelSelectorConverter),
            typeof(IPEndPointConverter),
        ],
        usePooledStringBuilder: true,
        stringBuilderMinSize: 2048,
        stringBuilderMaxSize: 32768);

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
