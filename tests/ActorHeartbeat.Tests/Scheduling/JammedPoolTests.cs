using ActorHeartbeat.Scheduling;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Scheduling;

/// <summary>Runs alone in the process, because it blocks the thread pool of all tests.</summary>
[Collection(nameof(JammedPoolTests))]
public sealed class JammedPoolTests
{
    private static readonly TimeSpan Jam = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>What a busy machine may add.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(2);

    [Fact]
    public void With_every_thread_of_the_pool_blocked_messages_are_enqueued_on_time()
    {
        using var receiver = new Recorder();
        using var scheduler = new DedicatedThreadScheduler(SchedulerConfiguration.Default, new RecordingLog());
        using var jam = new JammedPool();
        var started = TimeProvider.System.GetTimestamp();

        ((IScheduler)scheduler).ScheduleTellRepeatedly(Interval, Interval, receiver, "beat", ActorRefs.NoSender);
        ((IScheduler)scheduler).ScheduleTellOnce(Jam, receiver, "last", ActorRefs.NoSender);

        List<TimeSpan> arrivals = [];
        for (var arrival = receiver.Next(); arrival.Message is not "last"; arrival = receiver.Next())
            arrivals.Add(TimeProvider.System.GetElapsedTime(started, arrival.At));
        Assert.False(jam.IsOver, "the pool was not blocked all the time");
        Assert.InRange(arrivals.Count, 50, (int)(Jam / Interval));
        Assert.InRange(arrivals.Zip(arrivals.Skip(1), (one, next) => next - one).Max(), TimeSpan.Zero, Interval + Busy);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), Jam, Jam + Busy);
    }

    /// <summary>
    /// Queues more blocking work items than the pool may have threads. An item queued later runs only when the jam is over.
    /// </summary>
    private sealed class JammedPool : IDisposable
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly CountdownEvent _blocked;
        private readonly (int Workers, int Ports) _most;
        private int _isOver;

        public JammedPool()
        {
            ThreadPool.GetMaxThreads(out var workers, out var ports);
            ThreadPool.GetMinThreads(out var least, out _);
            _most = (workers, ports);
            var few = Math.Max(least, ThreadPool.ThreadCount);
            Assert.True(ThreadPool.SetMaxThreads(few, ports));
            _blocked = new CountdownEvent(2 * few);
            for (var item = 0; item < 2 * few; item++)
                ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Block(), this, preferLocal: false);
            ThreadPool.UnsafeQueueUserWorkItem(static pool => Volatile.Write(ref pool._isOver, 1), this, preferLocal: false);
        }

        public bool IsOver => Volatile.Read(ref _isOver) == 1;

        public void Dispose()
        {
            _gate.Set();
            Assert.True(_blocked.Wait(Recorder.Patience));
            ThreadPool.SetMaxThreads(_most.Workers, _most.Ports);
        }

        private void Block()
        {
            _gate.Wait(Recorder.Patience);
            _blocked.Signal();
        }
    }
}

[CollectionDefinition(nameof(JammedPoolTests), DisableParallelization = true)]
public sealed class JammedPoolCollection;
