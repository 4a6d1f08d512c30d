using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>Finds what a configuration without errors is warned of.</summary>
internal static class IdleWarnings
{
    /// <summary>An endpoint beside others that make use of every template and group.</summary>
    public static string Endpoint(string keys) =>
        $$"""
        actor-heartbeat {
          templates { none.heartbeat.mode = none, ping.heartbeat.mode = ping, text.heartbeat { mode = text, expect = b } }
          groups { plain {}, slow.send-rate = 5/s, narrow.max-connections = 1 }
          endpoints {
            one { url = "wss://one", templates = [none], group = plain }
            two { url = "wss://two", templates = [ping], group = slow }
            three { url = "wss://three", templates = [text], heartbeat.send = c }
            four { url = "wss://four", group = narrow }
            x { url = "wss://a", {{keys}} }
          }
        }
        """;

    public static IEnumerable<string> Keys(string text) => Warnings(text).Select(warning => warning.KeyPath).Order(StringComparer.Ordinal);

    public static ConfigurationErrors Warnings(string text)
    {
        var result = ConfigurationLoader.LoadText(text, "text", _ => null);
        Assert.True(result.Configuration is not null, ErrorReport.Print(result.Errors));
        return result.Configuration.Warnings;
    }
}
