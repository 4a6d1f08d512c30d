using Akka.Actor;

namespace Akka.Event;

/// <summary>The loggers of a system: standard output until its own are there and after they have gone.</summary>
internal sealed class LoggerRoom
{
    private readonly ActorSystemImpl _system;
    private readonly FunctionRef _standardOutput;
    private readonly LogLevel _standardOutputLevel;

    public LoggerRoom(ActorSystemImpl system)
    {
        _system = system;
        _standardOutput = new FunctionRef(new RootActorPath(new Address("akka", system.Name), "/StandardOutLogger"), (message, _) => StandardOutLog.Write((LogEvent)message));
        _standardOutputLevel = Logging.LogLevelFor(system.Settings.StdoutLogLevel);
        system.EventStream.SetLogLevel(Logging.LogLevelFor(system.Settings.LogLevel));
        FallBackToStandardOutput();
    }

    public void Start()
    {
        var level = _system.EventStream.LogLevel;
        var number = 0;
        foreach (var name in _system.Settings.Loggers)
        {
            var type = TypeByName.Find(name);
            var logger = _system.SystemActorOf(Props.Create(type), $"log{++number}-{type.Name}");
            logger.Tell(new InitializeLogger(_system.EventStream), ActorRefs.Nobody);
            Subscribe(logger, level);
        }

        if (number > 0)
            Stop();
    }

    public void FallBackToStandardOutput() => Subscribe(_standardOutput, _standardOutputLevel);

    public void Stop() => _system.EventStream.Unsubscribe(_standardOutput);

    private void Subscribe(IActorRef logger, LogLevel level)
    {
        foreach (var channel in Logging.ClassesFrom(level))
            _system.EventStream.Subscribe(logger, channel);
    }
}
