using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;

namespace ActorHeartbeat.Service.Logging;

/// <summary>
/// Writes the log of the actor system and its actors to the process's log. Akka creates it, as one of <c>akka.loggers</c>.
/// </summary>
internal sealed class AkkaLog : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly Microsoft.Extensions.Logging.ILogger _log = Context.System.Settings.Setup.Get<AkkaLogSetup>().Value.Log;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent logEvent:
                _log.Akka(logEvent);
                break;
        }
    }
}

/// <summary>Passes the log to <see cref="AkkaLog"/>, which Akka creates by its name alone.</summary>
internal sealed class AkkaLogSetup(Microsoft.Extensions.Logging.ILogger log) : Setup
{
    public Microsoft.Extensions.Logging.ILogger Log { get; } = log;
}
