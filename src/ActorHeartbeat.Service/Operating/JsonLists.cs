using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Service.Operating;

/// <summary>Prints JSON of a service on one line, as the API has it, with what moves a cursor as escapes.</summary>
internal static class JsonLists
{
    public static string Of(string name, IEnumerable<string> values) => PeerText.OfJson($"{{\"{name}\":[{string.Join(',', values)}]}}");
}
