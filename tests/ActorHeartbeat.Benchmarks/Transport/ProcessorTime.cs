using System.Globalization;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>The processor time of another process, as the kernel tells it.</summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET knows

    /// <summary>What it has used, in seconds, of the user and of the system.</summary>
    public static double Of(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // the name may have spaces
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture))
            / TicksPerSecond;
    }
}
