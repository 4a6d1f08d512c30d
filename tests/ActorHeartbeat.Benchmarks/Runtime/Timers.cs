using System.Runtime.CompilerServices;
using Akka.Actor;

namespace ActorHeartbeat.Benchmarks.Runtime;

internal static class Timers
{
    private const int Count = 500_000;

    /// <summary>Measures the replacement of a timer by one with the same name, in microseconds.</summary>
    public static double SetTimerTime(ActorRuntime runtime) => Measure(runtime).Microseconds;

    /// <summary>Measures the same replacement, in bytes allocated.</summary>
    public static double SetTimerAllocation(ActorRuntime runtime) => Measure(runtime).Bytes;

    private static Result Measure(ActorRuntime runtime)
    {
        Result result = null!;
        runtime.InSystem(system =>
        {
            result = system.ActorOf(Props.Create(() => new Arming())).Ask<Result>("measure").Result;
            return 0;
        });
        return result;
    }

    private sealed record Result(double Microseconds, double Bytes);

    private sealed class Arming : FSM<int, object>
    {
        public Arming()
        {
            StartWith(0, Array.Empty<object>());
            When(0, _ => Stay().Replying(ArmRepeatedly()));
            Initialize();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private Result ArmRepeatedly()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var seconds = Throughput.Seconds(() =>
            {
                for (var armed = 0; armed < Count; armed++)
                    SetTimer("retry", this, TimeSpan.FromSeconds(30));
            });
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return new Result(seconds / Count * 1e6, allocated / (double)Count);
        }
    }
}
