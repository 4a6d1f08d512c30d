using System.Globalization;
using System.IO.Enumeration;

namespace ActorHeartbeat.Governor;

/// <summary>
/// What this process has left of file descriptors, memory and threads. Some of each is kept for what runs already: a process without
/// descriptors or threads does not lose a dial, it dies. Reads Linux's <c>/proc</c> and <c>/sys/fs/cgroup</c>; where they do not exist
/// only the memory is known.
/// </summary>
public sealed class ProcessRoom : IDialRoom
{
    /// <summary>A dial may open a socket for each of two addresses, and one file at a time.</summary>
    internal const int DescriptorsOfDial = 3;

    /// <summary>The share of the memory that the managed heap may take before dials wait.</summary>
    private const double HeapShare = 0.9;

    private const string Limits = "/proc/self/limits", Descriptors = "/proc/self/fd";
    private const string MostTasks = "/sys/fs/cgroup/pids.max", Tasks = "/sys/fs/cgroup/pids.current";

    /// <summary>The most descriptors that the process may have open (RLIMIT_NOFILE); null for no limit, or when it is not known.</summary>
    public static int? DescriptorLimit() => DescriptorLimit(Limits);

    /// <summary>How many descriptors dials leave for everything else: an eighth of the limit, at least 32 and at most 256.</summary>
    /// <param name="limit">The most descriptors that the process may have open.</param>
    public static int DescriptorsKept(int limit) => Math.Clamp(limit / 8, 32, 256);

    /// <summary>Threads that are kept for the pool, and for files that hang: an eighth of the limit, at least 4 and at most 32.</summary>
    /// <param name="limit">The most tasks that the control group may run.</param>
    internal static int ThreadsKept(int limit) => Math.Clamp(limit / 8, 4, 32);

    /// <inheritdoc/>
    public RoomForDials Look(int dialing)
    {
        var memory = GC.GetGCMemoryInfo();
        if (OfMemory(memory.TotalCommittedBytes, memory.TotalAvailableMemoryBytes) is { } full)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false); // without dials there may be no other reason to collect
            return full;
        }
        try
        {
            return OfThreads(Number(MostTasks), Number(Tasks)) ?? OfDescriptors(DescriptorLimit(), OpenDescriptors(), dialing);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new RoomForDials(0, $"file descriptors: they cannot even be counted ({exception.Message})");
        }
    }

    internal static int? DescriptorLimit(string file)
    {
        const string key = "Max open files";
        if (!File.Exists(file))
            return null;
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        var soft = line?[key.Length..].TrimStart().Split(' ', 2)[0];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    internal static RoomForDials OfDescriptors(int? limit, int open, int dialing)
    {
        if (limit is not { } most)
            return RoomForDials.Unlimited;
        var kept = DescriptorsKept(most);
        // Of what a dial in flight may open, one is open already.
        var left = most - kept - open - (dialing * (DescriptorsOfDial - 1));
        return new RoomForDials(
            Math.Max(0, left / DescriptorsOfDial),
            $"file descriptors: {open} of {most} are open, and {kept} are kept for the process; raise the limit (ulimit -n, LimitNOFILE)");
    }

    internal static RoomForDials? OfMemory(long committed, long available) =>
        available > 0 && committed > available * HeapShare
            ? new RoomForDials(
                0, $"memory: the heap has {Mebibytes(committed)} of {Mebibytes(available)} MiB; raise the limit of the container")
            : null;

    internal static RoomForDials? OfThreads(int? most, int? running) =>
        most is { } limit && running > limit - ThreadsKept(limit)
            ? new RoomForDials(0, $"threads: {running} of {most} tasks of the control group run; raise the limit (pids.max, TasksMax)")
            : null;

    /// <summary>How many descriptors the process has open; 0 when that is not known.</summary>
    /// <exception cref="IOException">There is no descriptor left to count them with.</exception>
    public static int OpenDescriptors() =>
        Directory.Exists(Descriptors)
            ? new FileSystemEnumerable<bool>(
                Descriptors, (ref FileSystemEntry _) => true, new EnumerationOptions { AttributesToSkip = FileAttributes.None }).Count()
            : 0;

    private static int? Number(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long Mebibytes(long bytes) => bytes >> 20;
}
