using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorHeartbeat.Tests.Scheduling;

/// <summary>A message that has arrived, with the time by the real clock and the thread.</summary>
internal sealed record Arrival(object Message, IActorRef? Sender, long At, Thread Thread);

/// <summary>A receiver that records each arrival.</summary>
internal sealed class Recorder : ICanTell, IDisposable
{
    /// <summary>The deadline for an expected arrival, long enough for a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BlockingCollection<Arrival> _arrivals = [];

    public int Waiting => _arrivals.Count;

    public void Tell(object message, IActorRef? sender) =>
        _arrivals.Add(new Arrival(message, sender, TimeProvider.System.GetTimestamp(), Thread.CurrentThread));

    public Arrival Next()
    {
        Assert.True(_arrivals.TryTake(out var arrival, Patience), "nothing came");
        return arrival;
    }

    public object[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next().Message)];

    public void Dispose() => _arrivals.Dispose();
}

/// <summary>A log that a test can read.</summary>
internal sealed class RecordingLog() : LoggingAdapterBase(DefaultLogMessageFormatter.Instance)
{
    public ConcurrentQueue<(LogLevel Level, string Text, Exception? Cause)> Entries { get; } = [];

    public override bool IsDebugEnabled => true;

    public override bool IsErrorEnabled => true;

    public override bool IsInfoEnabled => true;

    public override bool IsWarningEnabled => true;

    protected override void NotifyLog(LogLevel logLevel, object message, Exception? cause = null) =>
        Entries.Enqueue((logLevel, $"{message}", cause));
}

/// <summary>The part of the system configuration that a scheduler reads.</summary>
internal static class SchedulerConfiguration
{
    public static readonly Config Default = ConfigurationFactory.ParseString(
        "akka.scheduler { tick-duration = 10ms, ticks-per-wheel = 512, shutdown-timeout = 5s }");
}
