namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>A configuration file in a directory of its own.</summary>
public sealed class ReloadFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorheartbeat-");

    public string Folder => _directory.FullName;

    public string FullName => Path.Combine(_directory.FullName, "service.conf");

    public void Save(string text) => File.WriteAllText(FullName, text);

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Service settings without the delays that protect other servers, and without the proxy of the test machine.</summary>
    public static string Service(string endpoints, string config = "watch = off", string defaults = "") =>
        $$"""
        actor-heartbeat {
          config { {{config}} }
          http.listen = "127.0.0.1:0"
          supervisor { start-spread = 0s, connect-rate = 2000/s, connect-burst = 200, shutdown-timeout = 50s }
          defaults { proxy = none, timeouts.close = 30s, {{defaults}} }
          endpoints {
        {{endpoints}}
          }
        }
        """;
}
