using System.Diagnostics;
using System.Text;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;

namespace ActorHeartbeat.Benchmarks.Configuration;

/// <summary>Measures the CPU time of a start-up check and of a reload after a one-line change, with many endpoints in one file.</summary>
public static class ConfigurationBenchmarks
{
    private const int Rounds = 7;

    /// <param name="args">The number of endpoints; 10,000 by default.</param>
    public static int Run(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0]) : 10_000;
        var text = Write(count);
        var changed = text.Replace($"id = {count / 2} }}, expect", $"id = {count} }}, expect", StringComparison.Ordinal);
        Console.WriteLine(
            $"{count:N0} endpoints, {Encoding.UTF8.GetByteCount(text) / 1024.0 / 1024.0:F1} MiB of configuration, CPU milliseconds "
                + "(first round pays for compilation)");
        for (var round = 1; round <= Rounds; round++)
        {
            var (check, old) = Measure(() => ConfigurationLoader.LoadText(text, "many.conf", _ => null).OrThrow());
            var (read, next) = Measure(() => ConfigurationLoader.LoadText(changed, "many.conf", _ => null).OrThrow());
            var (compare, diff) = Measure(() => ConfigurationDiff.Between(old, next));
            if (old.Endpoints.Count != count || diff.Endpoints.Changed.Count != 1 || diff.Endpoints.Unchanged != count - 1)
                throw new InvalidOperationException($"wrong result: {DiffReport.Summary(diff)}");
            Console.WriteLine($"round {round}: check {check:F0}, reload {read + compare:F0} (read {read:F0}, diff {compare:F1})");
        }
        return 0;
    }

    private static string Write(int count)
    {
        var text = new StringBuilder(
            """
            actor-heartbeat {
              templates {
                venue {
                  group = venue, max-age = 23h, labels.venue = venue
                  heartbeat { mode = json, send { method = ping }, expect { "/channel" = pong } }
                }
              }
              groups.venue { connect-rate = 300 per 5m, connect-burst = 5 }
              endpoints {

            """);
        for (var index = 0; index < count; index++)
        {
            text.Append(
                $$"""
                    feed-{{index}} {
                      templates = [venue]
                      url = "wss://stream{{index % 50}}.example.com:9443/ws?stream={{index}}"
                      on-open = [ { send { method = SUBSCRIBE, params = ["s{{index}}@trade"], id = {{index}} }
                                   expect { "/id" = {{index}} }, timeout = 5s } ]
                      labels { shard = {{index % 16}} }
                    }

                """);
        }
        return text.Append("  }\n}\n").ToString();
    }

    // Measures the CPU time of the whole process, so that the garbage collector's work counts too.
    private static (double Milliseconds, T Result) Measure<T>(Func<T> work)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var result = work();
        process.Refresh();
        return ((process.TotalProcessorTime - before).TotalMilliseconds, result);
    }
}
