using Akka.Event;

namespace ActorHeartbeat.Service.Logging;

/// <summary>
/// What the actor system says while <see cref="AkkaLog"/> does not run yet or no more; Akka would print it past the process's log.
/// </summary>
/// <remarks>
/// Akka makes it by its name alone and before anything of the system can be asked, so it takes the log from the flow of the call that makes
/// the system.
/// </remarks>
internal sealed class EarlyAkkaLog : MinimalLogger
{
    private static readonly AsyncLocal<Microsoft.Extensions.Logging.ILogger?> Given = new();

    private readonly Microsoft.Extensions.Logging.ILogger? _log = Given.Value;

    /// <summary>Where the system that this flow makes next says it.</summary>
    public static void Use(Microsoft.Extensions.Logging.ILogger log) => Given.Value = log;

    protected override void Log(object message)
    {
        if (message is LogEvent said)
            _log?.Akka(said);
    }
}
