using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Benchmarks.Hocon;

/// <summary>Measures CPU time and allocations for texts that are large or that expand through substitutions.</summary>
public static class HoconBenchmarks
{
    private const int Rounds = 3;

    /// <param name="args">The size of the two large texts in megabytes; 10 by default.</param>
    public static int Run(string[] args)
    {
        var bytes = (args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10) * 1_000_000;
        Measure(
            "plain endpoints",
            Lines("", bytes, index =>
                $"endpoints.e{index} {{ url = \"wss://host{index}.example/feed\", ping {{ interval = 15s, timeout = 5s }}, labels = "
                    + "[a, b] }}\n"));
        Measure(
            "endpoints of a template",
            Lines("t { ping { interval = 15s, timeout = 5s }, group = a }\n", bytes, index =>
                $"endpoints.e{index} = ${{t}} {{ url = \"wss://host{index}.example/feed\", weight = {index} }}\n"
            ));
        Measure("one list appended to", Lines("", 1_000_000, index => $"a += {index}\n"));
        Measure("one text appended to", Lines("a = 1\n", 220_000, _ => "a = ${a}x\n"));
        Measure("one object extended", Lines("a { first = 0 }\n", 400_000, index => $"a = ${{a}} {{ k{index} = {index} }}\n"));
        return 0;
    }

    private static string Lines(string head, int bytes, Func<int, string> line)
    {
        var text = new StringBuilder(head);
        for (var index = 0; text.Length < bytes; index++)
            text.Append(line(index));
        return text.ToString();
    }

    private static void Measure(string name, string text)
    {
        using var process = Process.GetCurrentProcess();
        for (var round = 1; round <= Rounds; round++)
        {
            GC.Collect();
            process.Refresh();
            var (cpu, allocated) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes());
            var result = HoconDocument.Load(text);
            process.Refresh();
            if (!result.IsValid)
                throw new InvalidOperationException($"{name}: {result.Errors[0]}");
            Console.WriteLine(
                $"{name}, {text.Length / 1e6:F1} MB, round {round}: {(process.TotalProcessorTime - cpu).TotalMilliseconds:F0} ms of "
                    + $"CPU, {(GC.GetTotalAllocatedBytes() - allocated) / 1e6:F0} MB allocated");
        }
    }
}
