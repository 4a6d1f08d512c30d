using System.Globalization;
using ActorHeartbeat.Configuration.Settings;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace ActorHeartbeat.Service.Logging;

/// <summary>The process's log on the console; level and format can be changed while it runs.</summary>
internal sealed class ConsoleLog : IDisposable
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    private readonly LoggingLevelSwitch _level = new();
    private readonly LoggingLevelSwitch _framework = new();
    private readonly Logger _logger;
    private volatile LogFormat _format;

    public ConsoleLog(LogSettings settings)
    {
        Apply(settings);
        _logger = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(_level)
            .MinimumLevel.Override("Microsoft", _framework) // the host and the HTTP server tell what is told here better
            .MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal) // it throws what it logs, and whoever catches it says it once
            .WriteTo.Conditional(_ => _format == LogFormat.Text, text => text.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture))
            .WriteTo.Conditional(_ => _format == LogFormat.Json, json => json.Console(new JsonLines()))
            .CreateLogger();
    }

    public Serilog.ILogger Logger => _logger;

    public void Apply(LogSettings settings)
    {
        _format = settings.Format;
        _level.MinimumLevel = settings.Level switch
        {
            LogSeverity.Trace => LogEventLevel.Verbose,
            LogSeverity.Debug => LogEventLevel.Debug,
            LogSeverity.Info => LogEventLevel.Information,
            LogSeverity.Warning => LogEventLevel.Warning,
            _ => LogEventLevel.Error,
        };
        _framework.MinimumLevel = (LogEventLevel)Math.Max((int)_level.MinimumLevel, (int)LogEventLevel.Warning);
    }

    public void Dispose() => _logger.Dispose();
}
