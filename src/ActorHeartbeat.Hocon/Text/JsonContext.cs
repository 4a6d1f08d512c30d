using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace ActorHeartbeat.Hocon.Text;

[JsonSerializable(typeof(string))]
internal sealed partial class JsonContext : JsonSerializerContext
{
    /// <summary>Escapes only what JSON requires: people read configuration.</summary>
    public static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
}
