using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Akka.Hosting.Logging;

/// <summary>Writes what actors log to the host's loggers, under the category of <see cref="ActorSystem"/>.</summary>
public class LoggerFactoryLogger : ActorBase
{
    private static readonly EventId ActorLog = new(0, "ActorLog");

    private readonly ILogger _logger = FactoryOf(Context.System).CreateLogger<ActorSystem>();

    /// <summary>Writes one event.</summary>
    /// <param name="log">The event.</param>
    /// <param name="path">This logger's own path.</param>
    protected virtual void Log(LogEvent log, ActorPath path) => _logger.Log(LevelOf(log), ActorLog, log, log.Cause, TextOf);

    /// <inheritdoc />
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized(), Self);
                return true;
            case LogEvent log:
                Log(log, Self.Path);
                return true;
            default:
                return false;
        }
    }

    private static string TextOf(LogEvent log, Exception cause) => $"[{log.LogSource}] {log.Message}";

    private static LogLevel LevelOf(LogEvent log) => log.LogLevel() switch
    {
        Event.LogLevel.DebugLevel => LogLevel.Debug,
        Event.LogLevel.InfoLevel => LogLevel.Information,
        Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static ILoggerFactory FactoryOf(ActorSystem system) =>
        system.Settings.Setup.Get<LoggerFactorySetup>() is { HasValue: true } setup
            ? setup.Value.LoggerFactory
            : throw new InvalidOperationException($"{nameof(LoggerFactoryLogger)} needs a {nameof(LoggerFactorySetup)} in the setup of its system.");
}
