using Akka.Event;

namespace ActorHeartbeat.Service.Logging;

/// <summary>
/// Logs lines of the actor system before <see cref="AkkaLog"/> runs and after it stops. Akka would print them past the process's log.
/// </summary>
/// <remarks>
/// Akka creates it by its name alone and before the system can be queried,
/// so it takes the log from the flow of the call that creates the system.
/// </remarks>
internal sealed class EarlyAkkaLog : MinimalLogger
{
    private static readonly AsyncLocal<Microsoft.Extensions.Logging.ILogger?> Given = new();

    private readonly Microsoft.Extensions.Logging.ILogger? _log = Given.Value;

    /// <summary>Sets the log for the system that this flow creates next.</summary>
    public static void Use(Microsoft.Extensions.Logging.ILogger log) => Given.Value = log;

    protected override void Log(object message)
    {
        if (message is LogEvent logEvent)
            _log?.Akka(logEvent);
    }
}
