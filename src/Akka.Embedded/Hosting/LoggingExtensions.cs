using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>Where the actor system's log goes.</summary>
public static class LoggingExtensions
{
    /// <summary>Sets the level and the loggers of the system; takes precedence over configuration that was added before.</summary>
    public static AkkaConfigurationBuilder ConfigureLoggers(this AkkaConfigurationBuilder builder, Action<LoggerConfigBuilder> configurator)
    {
        var loggers = new LoggerConfigBuilder(builder);
        configurator(loggers);
        return builder.AddHocon(loggers.ToConfig(), HoconAddMode.Prepend);
    }

    /// <summary>Actors log to standard output.</summary>
    public static LoggerConfigBuilder AddDefaultLogger(this LoggerConfigBuilder builder) => builder.Add(typeof(DefaultLogger));

    /// <summary>Actors log to the host's own <see cref="ILoggerFactory"/>.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(this LoggerConfigBuilder builder) =>
        builder.LogTo(services => services.GetRequiredService<ILoggerFactory>());

    /// <summary>Actors log to the given factory.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(this LoggerConfigBuilder builder, ILoggerFactory loggerFactory) =>
        builder.LogTo(_ => loggerFactory);

    private static LoggerConfigBuilder LogTo(this LoggerConfigBuilder builder, Func<IServiceProvider, ILoggerFactory> loggerFactory)
    {
        builder.Builder.LogTo(loggerFactory);
        return builder.Add(typeof(LoggerFactoryLogger));
    }
}
