using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>The base of an xunit test class: one actor system per test, ended with the test.</summary>
public class TestKit : TestKitBase, IDisposable
{
    private bool _isDisposed;

    /// <summary>Over the given system, or a new one.</summary>
    public TestKit(ActorSystem system = null, ITestOutputHelper output = null)
        : base(Assertions, system)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Over a new system of the given setup.</summary>
    public TestKit(ActorSystemSetup config, string actorSystemName = null, ITestOutputHelper output = null)
        : base(Assertions, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Over a new system of the given configuration.</summary>
    public TestKit(Config config, string actorSystemName = null, ITestOutputHelper output = null)
        : base(Assertions, config, actorSystemName)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Over a new system of the given HOCON.</summary>
    public TestKit(string config, ITestOutputHelper output = null)
        : this(ConfigurationFactory.ParseString(config), output: output)
    {
    }

    /// <inheritdoc cref="TestKitBase.DefaultConfig"/>
    public static new Config DefaultConfig => TestKitBase.DefaultConfig;

    /// <inheritdoc cref="TestKitBase.FullDebugConfig"/>
    public static new Config FullDebugConfig => TestKitBase.FullDebugConfig;

    /// <summary>Where the log of the system goes; none when the test did not give one.</summary>
    protected readonly ITestOutputHelper Output;

    /// <summary>Failures as xunit's.</summary>
    protected static XunitAssertions Assertions { get; } = new();

    /// <summary>Ends the system of the test.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs when the test is over; ends its system. An override calls it last.</summary>
    protected virtual void AfterAll() => Shutdown();

    /// <summary>Ends the system of the test, once.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed)
            return;
        _isDisposed = true;
        AfterAll();
    }

    /// <summary>Writes what the system logs to <see cref="Output"/>.</summary>
    protected void InitializeLogger(ActorSystem system) => InitializeLogger(system, "");

    /// <inheritdoc cref="InitializeLogger(ActorSystem)"/>
    /// <param name="system">The system.</param>
    /// <param name="prefix">Tells several systems of one test apart.</param>
    protected void InitializeLogger(ActorSystem system, string prefix)
    {
        if (Output is not { } output)
            return;
        var logger = ((ActorSystemImpl)system).SystemActorOf(Props.Create(() => new TestOutputLogger(output, prefix)));
        system.EventStream.Subscribe(logger, typeof(LogEvent));
    }

    private sealed class TestOutputLogger(ITestOutputHelper output, string prefix) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            try
            {
                output.WriteLine($"{prefix}{message}");
            }
            catch (InvalidOperationException)
            {
                // xunit takes no output once the test is over; the system still has some while it ends.
                Context.Stop(Self);
            }
        }
    }
}
