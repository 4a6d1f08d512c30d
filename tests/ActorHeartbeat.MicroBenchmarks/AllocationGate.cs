using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace ActorHeartbeat.MicroBenchmarks;

/// <summary>
/// Holds what small things allocate to the byte. It looks at no time: what BenchmarkDotNet counts is the same on every machine.
/// </summary>
internal static class AllocationGate
{
    /// <summary>So many operations that what the measurement itself allocates rounds to nothing.</summary>
    private const int Operations = 1 << 14;

    public static int Run()
    {
        var config = ManualConfig.CreateEmpty()
            .AddLogger(NullLogger.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
            .WithOptions(ConfigOptions.DisableLogFile)
            .AddJob(Job.Dry.WithToolchain(InProcessNoEmitToolchain.Instance)
                .WithWarmupCount(1).WithInvocationCount(Operations).WithUnrollFactor(1));
        var summaries = BenchmarkRunner.Run(typeof(AllocationGate).Assembly, config);
        var reports = summaries.SelectMany(summary => summary.Reports).ToList();
        if (reports.Count == 0 || summaries.Any(summary => summary.HasCriticalValidationErrors))
        {
            Console.Error.WriteLine("nothing was measured");
            return 1;
        }
        return reports.Count(report => !Holds(report)) == 0 ? 0 : 1;
    }

    private static bool Holds(BenchmarkReport report)
    {
        var what = report.BenchmarkCase.Descriptor.WorkloadMethod;
        var most = what.GetCustomAttribute<AllocatesAttribute>()
            ?? throw new InvalidOperationException($"{what.Name} does not say what it may allocate");
        if (!report.Success || report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is not { } bytes)
        {
            Console.WriteLine($"FAILED   {what.Name}: it did not run");
            return false;
        }
        var verdict = bytes > most.Most ? "TOO MUCH" : bytes < most.Most ? "less" : "kept";
        Console.WriteLine($"{verdict,-8} {what.Name}: {bytes} B, at most {most.Most}");
        return bytes <= most.Most;
    }
}
