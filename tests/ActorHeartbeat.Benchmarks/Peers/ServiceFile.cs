using System.Text;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>The configuration with which the service does what the other clients do.</summary>
internal static class ServiceFile
{
    /// <returns>The file's path, beside the certificate and gone with it.</returns>
    public static string Write(PeerOrder order)
    {
        var text = new StringBuilder(
            $$"""
            actor-heartbeat {
              http.listen = "unix:{{Path.ChangeExtension(order.Certificate.Certificate, "sock")}}"
              log.level = error
              supervisor { start-spread = 0s, connect-rate = 100000/s, connect-burst = 100000, max-connecting = 100 }
              defaults {
                heartbeat { interval = {{order.PingSeconds}}s, timeout = {{Math.Min(order.PingSeconds, 20)}}s }
                proxy = none
                {{(order.Url.Scheme == "wss" ? $"tls.ca-file = \"{order.Certificate.Certificate}\"" : "")}}
              }
              endpoints {

            """);
        for (var number = 0; number < order.Connections; number++)
            text.Append($"    feed-{number:D5}.url = \"{order.Url}\"\n");
        var file = Path.ChangeExtension(order.Certificate.Certificate, "conf");
        File.WriteAllText(file, text.Append("  }\n}\n").ToString());
        return file;
    }
}
