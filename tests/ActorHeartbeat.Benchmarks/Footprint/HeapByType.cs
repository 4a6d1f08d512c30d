using Microsoft.Diagnostics.Runtime;

namespace ActorHeartbeat.Benchmarks.Footprint;

/// <summary>The objects on the heap of another process, by type.</summary>
internal static class HeapByType
{
    /// <summary>Stops the process for the moment of the count. It collects before: what is dead already would count too.</summary>
    public static Dictionary<string, TypeCount> Of(int process)
    {
        using var target = DataTarget.AttachToProcess(process, suspend: true);
        var clr = target.ClrVersions.Single();
        var access = Path.Combine(Path.GetDirectoryName(clr.ModuleInfo.FileName)!, "libmscordaccore.so"); // beside it, for debuggers
        using var runtime = clr.CreateRuntime(access, ignoreMismatch: true);
        var types = new Dictionary<string, TypeCount>(StringComparer.Ordinal);
        foreach (var each in runtime.Heap.EnumerateObjects().Where(each => each is { IsValid: true, IsFree: false, Type.Name: not null }))
        {
            var name = each.Type!.Name!;
            var before = types.GetValueOrDefault(name);
            types[name] = new TypeCount(before.Objects + 1, before.Bytes + (long)each.Size);
        }
        return types;
    }
}

internal readonly record struct TypeCount(long Objects, long Bytes);
