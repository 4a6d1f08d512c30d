using Akka.Actor;

namespace Akka.Event;

/// <summary>First message of a logger, with the bus its events come from.</summary>
public class InitializeLogger(LoggingBus loggingBus) : INoSerializationVerificationNeeded
{
    public LoggingBus LoggingBus { get; } = loggingBus;
}

/// <summary>A logger's answer to <see cref="InitializeLogger"/>. Events wait in its mailbox until then, so nobody waits for the answer.</summary>
public class LoggerInitialized : INoSerializationVerificationNeeded;

/// <summary>Writes log events to standard output; the logger when <c>akka.loggers</c> names no other.</summary>
public class DefaultLogger : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized(), Self);
                return true;
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent) => StandardOutLog.Write(logEvent);
}

internal static class StandardOutLog
{
    public static void Write(LogEvent logEvent) => Console.Out.WriteLine(logEvent.ToString());
}

/// <summary>Logs dead letters: the first few, then none for a while (<c>akka.log-dead-letters</c>, <c>akka.log-dead-letters-suspend-duration</c>).</summary>
internal sealed class DeadLetterListener : ActorBase
{
    private readonly int _limit;
    private readonly TimeSpan _suspension;
    private int _count;
    private TimeSpan? _suspendedUntil;
    private int _suppressed;

    public DeadLetterListener(int limit, TimeSpan suspension)
    {
        _limit = limit;
        _suspension = suspension;
    }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case DeadLetter letter:
                OnDeadLetter(letter, "was not delivered");
                return true;
            case UnhandledMessage unhandled:
                OnDeadLetter(unhandled, "was unhandled");
                return true;
            default:
                return false;
        }
    }

    private void OnDeadLetter(AllDeadLetters letter, string fate)
    {
        var now = Context.System.Scheduler.MonotonicClock;
        if (_suspendedUntil is { } until)
        {
            if (now < until)
            {
                _suppressed++;
                return;
            }

            _suspendedUntil = null;
            _count = 0;
        }

        _count++;
        Log(letter, fate, Tail(now));
        _suppressed = 0;
    }

    private string Tail(TimeSpan now)
    {
        var suppressed = _suppressed > 0 ? $" {_suppressed} dead letters were not logged before it." : "";
        if (_count < _limit)
            return suppressed;
        if (_suspension != Timeout.InfiniteTimeSpan)
        {
            _suspendedUntil = now + _suspension;
            return $"{suppressed} No more dead letters will be logged in next [{_suspension}].";
        }

        _suspendedUntil = TimeSpan.MaxValue;
        return suppressed + " No more dead letters will be logged.";
    }

    private void Log(AllDeadLetters letter, string fate, string tail)
    {
        var text = $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} {fate}. [{_count}] dead letters encountered.{tail} "
            + "If this is not an expected behavior then " + letter.Recipient + " may have terminated unexpectedly.";
        Context.System.EventStream.Publish(new Info(letter.Recipient.Path.ToString(), letter.Recipient.GetType(), text));
    }
}
