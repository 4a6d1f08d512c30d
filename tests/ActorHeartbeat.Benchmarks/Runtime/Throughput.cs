using System.Diagnostics;
using Akka.Actor;

namespace ActorHeartbeat.Benchmarks.Runtime;

internal static class Throughput
{
    private static readonly object Message = new();

    /// <summary>Sends from one thread to one counting actor. Returns millions of messages per second.</summary>
    public static double OneToOne(ActorRuntime runtime)
    {
        const int Count = 5_000_000;
        return runtime.InSystem(system =>
        {
            var done = new TaskCompletionSource();
            var counter = system.ActorOf(Props.Create(() => new Counter(Count, done)));
            return Seconds(() =>
            {
                for (var sent = 0; sent < Count; sent++)
                    counter.Tell(Message, ActorRefs.NoSender);
                done.Task.Wait();
            }) is var seconds ? Count / seconds / 1e6 : 0;
        });
    }

    /// <summary>Passes one message back and forth in each pair. Returns millions of messages per second for all pairs together.</summary>
    public static double PingPong(ActorRuntime runtime, int pairs)
    {
        const int Count = 1_000_000;
        return runtime.InSystem(system =>
        {
            var done = Enumerable.Range(0, pairs).Select(_ => new TaskCompletionSource()).ToArray();
            var players = done.Select(each => Props.Create(() => new Player(Count, each)))
                .Select(props => (Pinger: system.ActorOf(props), Ponger: system.ActorOf(props)))
                .ToArray();
            return Seconds(() =>
            {
                foreach (var (pinger, ponger) in players)
                    pinger.Tell(Message, ponger);
                Task.WaitAll([.. done.Select(each => each.Task)]);
            }) is var seconds ? 2.0 * Count * pairs / seconds / 1e6 : 0;
        });
    }

    /// <summary>Measures a question and its answer, in microseconds.</summary>
    public static double SequentialAsk(ActorRuntime runtime)
    {
        const int Count = 200_000;
        return runtime.InSystem(system =>
        {
            var echo = system.ActorOf(Props.Create(() => new Echo()));
            return Seconds(() => Task.Run(async () =>
            {
                for (var asked = 0; asked < Count; asked++)
                    await echo.Ask<object>(Message);
            }).Wait()) / Count * 1e6;
        });
    }

    internal static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed class Counter(int expected, TaskCompletionSource done) : UntypedActor
    {
        private int _count;

        protected override void OnReceive(object message)
        {
            if (++_count == expected)
                done.SetResult();
        }
    }

    private sealed class Player(int rounds, TaskCompletionSource done) : UntypedActor
    {
        private int _left = rounds;

        protected override void OnReceive(object message)
        {
            if (_left-- > 0)
                Sender.Tell(message, Self);
            else
                done.TrySetResult();
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message, Self));
    }
}
