using Akka.Configuration;
using Akka.Event;

namespace Akka.Hosting;

/// <summary>What the actor system logs, and where to.</summary>
public sealed class LoggerConfigBuilder
{
    private readonly List<Type> _loggers = [typeof(DefaultLogger)];

    internal LoggerConfigBuilder(AkkaConfigurationBuilder builder) => Builder = builder;

    /// <summary>The lowest level that is logged. Default: Info.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.InfoLevel;

    internal AkkaConfigurationBuilder Builder { get; }

    /// <summary>No logger but those that are added after this.</summary>
    public LoggerConfigBuilder ClearLoggers()
    {
        _loggers.Clear();
        return this;
    }

    internal LoggerConfigBuilder Add(Type logger)
    {
        if (!_loggers.Contains(logger))
            _loggers.Add(logger);
        return this;
    }

    internal Config ToConfig() => ConfigurationFactory.ParseString(
        $"""
        akka.loglevel = {LogLevel.StringFor()}
        akka.loggers = [{string.Join(", ", _loggers.Select(logger => $"\"{logger.FullName}, {logger.Assembly.GetName().Name}\""))}]
        """);
}
