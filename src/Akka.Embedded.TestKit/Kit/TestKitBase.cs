using System.Diagnostics;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Configs;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>
/// A test's way into an actor system: a test actor whose messages the test takes one by one, expectations about them, and
/// bounded waits for everything else. The Async forms do the work; the others wait for them. One test uses it at a time.
/// </summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static readonly long ProcessStart = Stopwatch.GetTimestamp();
    private static int _lastTestActor;

    private readonly ITestKitAssertions _assertions;
    private readonly ReceivedMessages _received = new();
    private MessageEnvelope _last;
    private TimeSpan? _end;
    private bool _lastWasNoMessage;

    /// <summary>A kit over the given system, or over a new one named "test" when there is none.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem system = null, string testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    /// <summary>A kit over a new system of the given setup.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string actorSystemName = null, string testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    /// <summary>A kit over a new system of the given configuration, with <see cref="DefaultConfig"/> behind it.</summary>
    protected TestKitBase(ITestKitAssertions assertions, Config config, string actorSystemName = null, string testActorName = null)
        : this(assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName)
    {
    }

    /// <summary>A kit over the given system, or over a new one of the given setup when there is none.</summary>
    protected TestKitBase(ITestKitAssertions assertions, ActorSystem system, ActorSystemSetup config, string actorSystemName, string testActorName)
    {
        _assertions = assertions;
        Sys = system ?? CreateSystem(config, actorSystemName ?? "test");
        TestKitSettings = new TestKitSettings(Sys.Settings.Config);
        Log = Logging.GetLogger(Sys, GetType());
        EventFilter = new EventFilterFactory(this);
        TestActor = StartTestActor(testActorName ?? $"testActor{Interlocked.Increment(ref _lastTestActor)}");
        if (this is not INoImplicitSender)
            LentCell.To(TestActor);
    }

    /// <summary>The configuration every new system of a kit falls back to.</summary>
    public static Config DefaultConfig => TestConfigs.DefaultConfig;

    /// <summary>For a test that is not understood: everything is logged.</summary>
    public static Config FullDebugConfig { get; } = ConfigurationFactory.ParseString(
        """
        akka.loglevel = DEBUG
        akka.stdout-loglevel = DEBUG
        akka.actor.debug { receive = on, autoreceive = on, lifecycle = on, fsm = on, event-stream = on, unhandled = on }
        """);

    /// <summary>The process's monotonic time; not the scheduler's.</summary>
    public static TimeSpan Now => Stopwatch.GetElapsedTime(ProcessStart);

    /// <summary>The system under test.</summary>
    public ActorSystem Sys { get; }

    /// <summary>The waits of this kit.</summary>
    public TestKitSettings TestKitSettings { get; }

    /// <summary>The test's own log.</summary>
    public ILoggingAdapter Log { get; }

    /// <summary>Expectations about what the system logs.</summary>
    public EventFilterFactory EventFilter { get; }

    /// <summary>The actor whose messages this kit expects; the sender of what the test tells without naming one.</summary>
    public IActorRef TestActor { get; }

    /// <summary>Who sent the message that was taken last.</summary>
    /// <exception cref="IllegalActorStateException">None was taken yet, or the last wait ended in silence.</exception>
    public IActorRef LastSender => Last.Sender;

    /// <summary>The message that was taken last.</summary>
    /// <exception cref="IllegalActorStateException">None was taken yet, or the last wait ended in silence.</exception>
    public object LastMessage => Last.Message;

    /// <summary>Whether something is left in the queue.</summary>
    public bool HasMessages => _received.Count > 0;

    /// <summary>What an enclosing Within leaves, else the default wait of one expectation (3 s).</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    /// <summary>What the enclosing Within leaves.</summary>
    /// <exception cref="InvalidOperationException">There is no enclosing Within.</exception>
    public TimeSpan Remaining => _end is { } end
        ? Until(end)
        : throw new InvalidOperationException($"{nameof(Remaining)} has a meaning inside {nameof(Within)} only.");

    private MessageEnvelope Last => _last ?? throw new IllegalActorStateException("No message was taken yet, or none came in the last wait.");

    private IReadOnlyList<MessageEnvelope> Queued => _received.Snapshot();

    /// <summary>The duration, stretched for a slow machine (<c>akka.test.timefactor</c>).</summary>
    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    /// <summary>The given timeout as it is, or the default of waits that are not for a message (5 s), dilated.</summary>
    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => timeout ?? Dilated(TestKitSettings.DefaultTimeout);

    /// <summary>The duration dilated, or <see cref="RemainingOrDefault"/> where there is none.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration)
    {
        if (duration is not { } given)
            return RemainingOrDefault;
        if (given == Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(duration), given, "Every wait of a test has a deadline.");
        return Dilated(given);
    }

    /// <summary>Another test actor with a queue and expectations of its own.</summary>
    public virtual TestProbe CreateTestProbe(string name = null) => CreateTestProbe(Sys, name);

    /// <inheritdoc cref="CreateTestProbe(string)"/>
    public virtual TestProbe CreateTestProbe(ActorSystem system, string name = null) => new(system, _assertions, name);

    /// <summary>A gate that the test and its actors share.</summary>
    public virtual TestLatch CreateTestLatch(int count = 1) => new(this, count);

    /// <summary>Expectations about what another system logs.</summary>
    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    /// <summary>Ends the kit's system and waits for it, by default 5 s.</summary>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    internal void Fail(string text) => _assertions.Fail(text);

    /// <summary>Ends a system and waits for it. A system that does not end in time is a failure if that is to be verified, else a warning.</summary>
    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var wait = Dilated(duration ?? TestKitSettings.DefaultTimeout);
        var termination = system.Terminate();
        if (Blocking.Ends(termination, wait))
            return;
        var text = $"The actor system {system.Name} did not end within {wait}.";
        if (verifySystemShutdown)
            throw new TimeoutException(text);
        system.Log.Warning(text);
    }

    /// <summary>What an enclosing Within leaves, else the given duration.</summary>
    protected TimeSpan RemainingOr(TimeSpan duration) => _end is { } end ? Until(end) : duration;

    private static TimeSpan Until(TimeSpan deadline)
    {
        var left = deadline - Now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static ActorSystem CreateSystem(ActorSystemSetup setup, string name)
    {
        var bootstrap = setup.Get<BootstrapSetup>() is { HasValue: true } given ? given.Value : BootstrapSetup.Create();
        var config = bootstrap.Config is { HasValue: true } own ? own.Value.WithFallback(DefaultConfig) : DefaultConfig;
        return ActorSystem.Create(name, setup.And(bootstrap.WithConfig(config)));
    }

    /// <summary>The next message, which becomes the last one taken; null when none came in time, and then there is no last one either.</summary>
    private async ValueTask<MessageEnvelope> TakeAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var envelope = await _received.TakeAsync(wait, cancellationToken).ConfigureAwait(false);
        _lastWasNoMessage = envelope is null;
        _last = envelope;
        return envelope;
    }
}
