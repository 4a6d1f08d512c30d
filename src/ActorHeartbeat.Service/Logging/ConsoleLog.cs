using System.Globalization;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Files;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;

namespace ActorHeartbeat.Service.Logging;

/// <summary>The process's log on the console; level and format can be changed while it runs.</summary>
/// <remarks>
/// A bounded queue and one writer, because a full pipe blocks its writer: what logs must go on, whether or not the log is read.
/// </remarks>
internal sealed class ConsoleLog : IDisposable
{
    /// <summary>Lines that wait for the writer at most, some megabytes; more are dropped and counted.</summary>
    private const int QueueCapacity = 8192;

    private const int StandardOutput = 1; // its descriptor

    /// <summary>How long the end of the process waits for the lines that are left.</summary>
    private static readonly TimeSpan FlushDeadline = TimeSpan.FromSeconds(2);

    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";
    private const string ActorLine =
        $"{{Timestamp:HH:mm:ss.fff}} {{Level:u3}} {{{AkkaLines.ActorPath}:l}}: {{Message:lj}}{{NewLine}}{{Exception}}";

    private readonly LoggingLevelSwitch _level = new();
    private readonly LoggingLevelSwitch _framework = new();
    private readonly LoggingLevelSwitch _akka = new();
    private readonly bool _akkaDecides;
    private readonly Logger _logger;
    private DroppedLines? _dropped;
    private volatile LogFormat _format;

    /// <param name="settings">Level and format to begin with.</param>
    /// <param name="akkaDecides">Whether every line of Akka is written: the configuration itself sets Akka's log level.</param>
    /// <param name="sink">Where the lines go. Default: standard output.</param>
    public ConsoleLog(LogSettings settings, bool akkaDecides = false, ILogEventSink? sink = null)
    {
        _akkaDecides = akkaDecides;
        Apply(settings);
        var logger = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(_level)
            .MinimumLevel.Override("Microsoft", _framework) // this process logs the same facts better than the host and the HTTP server
                                                            // the host throws the errors that it logs; the catcher reports them once
            .MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal)
            .MinimumLevel.Override("Microsoft.AspNetCore.Antiforgery", LogEventLevel.Fatal) // of a browser that knew the process before
            .MinimumLevel.Override(AkkaLines.Category, _akka)
            .MinimumLevel.Override("Akka.Hosting", LogEventLevel.Fatal); // as the host above
        _logger = (sink is null ? WriteThroughQueue(logger.WriteTo) : logger.WriteTo.Sink(sink)).CreateLogger();
    }

    public Serilog.ILogger Logger => _logger;

    /// <inheritdoc cref="DroppedLines.Count"/>
    public long LinesDropped => _dropped?.Count ?? 0;

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
        _akka.MinimumLevel = _akkaDecides ? LogEventLevel.Verbose : _level.MinimumLevel;
        _framework.MinimumLevel = (LogEventLevel)Math.Max((int)_level.MinimumLevel, (int)LogEventLevel.Warning);
    }

    /// <summary>Writes the lines that are left, unless their reader has stopped.</summary>
    public void Dispose()
    {
        var flushing = new Thread(_logger.Dispose) { IsBackground = true, Name = "log flush" };
        flushing.Start();
        flushing.Join(FlushDeadline);
    }

    private LoggerConfiguration WriteThroughQueue(LoggerSinkConfiguration write)
    {
        var console = _dropped = new DroppedLines(ToConsole(), () => NativeFiles.IsHeard(StandardOutput));
        return write.Async(queue => queue.Sink(console), QueueCapacity, blockWhenFull: false, monitor: console);
    }

    // Audited: a line that the system refuses is an exception, which is counted.
    private Logger ToConsole() => new LoggerConfiguration()
        .MinimumLevel.Verbose()
        .AuditTo.Logger(text => AuditText(text, Line, line => !HasPath(line)))
        .AuditTo.Logger(text => AuditText(text, ActorLine, HasPath))
        .AuditTo.Logger(json => json.MinimumLevel.Verbose().Filter.ByIncludingOnly(_ => _format == LogFormat.Json)
            .AuditTo.Console(new JsonLines()))
        .CreateLogger();

    private void AuditText(LoggerConfiguration text, string form, Func<LogEvent, bool> hasForm) =>
        text.MinimumLevel.Verbose().Filter.ByIncludingOnly(line => _format == LogFormat.Text && hasForm(line))
            .AuditTo.Console(outputTemplate: form, formatProvider: CultureInfo.InvariantCulture);

    private static bool HasPath(LogEvent line) => line.Properties.ContainsKey(AkkaLines.ActorPath);
}
