namespace ActorHeartbeat.Service.Verbs;

/// <summary>
/// The verbs that read files, print and end. What they make they need until then: collecting in between copies it and frees next to
/// nothing,
/// which for a configuration of 10,000 endpoints was a fifth of the time.
/// </summary>
internal static class BriefVerbs
{
    /// <summary>Allocated before the collector comes back to work as ever: such a configuration takes 100 MB.</summary>
    private const long Allowance = 128 * 1024 * 1024;

    /// <summary>In a container of little memory the collector is needed from the beginning.</summary>
    private const int LeastShareOfMemory = 4;

    public static void PutOffCollecting(IReadOnlyList<string> args)
    {
        if (args is ["check" or "show" or "diff" or "render", ..]
            && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / LeastShareOfMemory >= Allowance)
            GC.TryStartNoGCRegion(Allowance);
    }
}
