using Akka.Actor;

namespace Akka.Pattern;

/// <summary>Supervision with exponential backoff: delay = min(max, min * 2^n) * (1 + random * factor), n counting from 0.</summary>
public static class Backoff
{
    /// <summary>Starts the child again when it fails. A child that stops, or fails before it has started, ends the supervisor.</summary>
    /// <param name="childProps">The child.</param>
    /// <param name="childName">Its name.</param>
    /// <param name="minBackoff">The first delay.</param>
    /// <param name="maxBackoff">What a delay grows to, before randomness.</param>
    /// <param name="randomFactor">From 0 to 1: 0.2 adds up to a fifth.</param>
    /// <param name="maxNrOfRetries">After so many restarts without a reset the supervisor stops; -1 for never.</param>
    public static BackoffOptions OnFailure(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new BackoffSettings(BackoffKind.OnFailure, childProps, childName, minBackoff, maxBackoff, randomFactor).WithMaxNrOfRetries(maxNrOfRetries);

    /// <inheritdoc cref="OnFailure(Props, string, TimeSpan, TimeSpan, double, int)"/>
    public static BackoffOptions OnFailure(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        OnFailure(childProps, childName, minBackoff, maxBackoff, randomFactor, -1);

    /// <summary>Starts the child again when it stops, for whatever reason. An exception that the strategy answers with a restart restarts it at once.</summary>
    /// <inheritdoc cref="OnFailure(Props, string, TimeSpan, TimeSpan, double, int)" path="/param"/>
    public static BackoffOptions OnStop(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        new BackoffSettings(BackoffKind.OnStop, childProps, childName, minBackoff, maxBackoff, randomFactor).WithMaxNrOfRetries(maxNrOfRetries);

    /// <inheritdoc cref="OnStop(Props, string, TimeSpan, TimeSpan, double, int)"/>
    public static BackoffOptions OnStop(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor, -1);

    /// <param name="restartCount">Restarts so far.</param>
    /// <param name="minBackoff">The first delay.</param>
    /// <param name="maxBackoff">What a delay grows to.</param>
    /// <param name="randomFactor">From 0 to 1.</param>
    /// <param name="random">A number from 0 up to 1.</param>
    internal static TimeSpan Delay(int restartCount, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, double random)
    {
        // 2^62 times any delay is beyond every maximum; the bound keeps the power finite.
        var grown = Math.Min(maxBackoff.Ticks, minBackoff.Ticks * Math.Pow(2, Math.Min(restartCount, 62)));
        var ticks = grown * (1 + random * randomFactor);
        return ticks >= TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)ticks);
    }
}

internal enum BackoffKind
{
    OnFailure,
    OnStop,
}

/// <summary>How a backoff supervisor behaves; immutable.</summary>
public abstract class BackoffOptions
{
    internal abstract Props Props { get; }

    /// <summary>Forgets the restarts once the child has been up for so long; the default, with the shortest delay.</summary>
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);

    /// <summary>Forgets the restarts when told <see cref="BackoffSupervisor.Reset"/>.</summary>
    public abstract BackoffOptions WithManualReset();

    /// <summary>Decides about the child's exceptions.</summary>
    public abstract BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy);

    /// <summary>Stops the child at each exception.</summary>
    public abstract BackoffOptions WithDefaultStoppingStrategy();

    /// <summary>After so many restarts without a reset the supervisor stops; -1 for never.</summary>
    public abstract BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries);

    /// <summary>Answers what comes while the child is down; otherwise it goes to the dead letters.</summary>
    public abstract BackoffOptions WithReplyWhileStopped(object replyWhileStopped);

    /// <summary>A message after which a stop of the child is the supervisor's too. Only with OnStop.</summary>
    public abstract BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage);
}

internal sealed class BackoffSettings : BackoffOptions
{
    public BackoffSettings(BackoffKind kind, Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
    {
        if (minBackoff <= TimeSpan.Zero)
            throw new ArgumentException("MinBackoff must be greater than 0", nameof(minBackoff));
        if (maxBackoff < minBackoff)
            throw new ArgumentException("MaxBackoff must be greater than MinBackoff", nameof(maxBackoff));
        if (randomFactor is < 0 or > 1)
            throw new ArgumentException("RandomFactor must be between 0.0 and 1.0", nameof(randomFactor));
        Kind = kind;
        ChildProps = childProps;
        ChildName = childName;
        MinBackoff = minBackoff;
        MaxBackoff = maxBackoff;
        RandomFactor = randomFactor;
        AutoReset = minBackoff;
    }

    public BackoffKind Kind { get; }

    public Props ChildProps { get; }

    public string ChildName { get; }

    public TimeSpan MinBackoff { get; }

    public TimeSpan MaxBackoff { get; }

    public double RandomFactor { get; }

    /// <summary>Null for a manual reset.</summary>
    public TimeSpan? AutoReset { get; private init; }

    public OneForOneStrategy Strategy { get; private init; } = new(SupervisorStrategy.DefaultDecider);

    public object ReplyWhileStopped { get; private init; }

    public Func<object, bool> IsFinalStopMessage { get; private init; }

    internal override Props Props => Props.Create(() => new BackoffSupervisorActor(this));

    public override BackoffOptions WithAutoReset(TimeSpan resetBackoff)
    {
        if (resetBackoff < MinBackoff || resetBackoff > MaxBackoff)
            throw new ArgumentException($"The reset must lie between {MinBackoff} and {MaxBackoff}.", nameof(resetBackoff));
        return new BackoffSettings(this) { AutoReset = resetBackoff };
    }

    public override BackoffOptions WithManualReset() => new BackoffSettings(this) { AutoReset = null };

    public override BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy) => new BackoffSettings(this) { Strategy = supervisorStrategy };

    public override BackoffOptions WithDefaultStoppingStrategy() => new BackoffSettings(this) { Strategy = SupervisorStrategy.StoppingStrategy.WithMaxNrOfRetries(Strategy.MaxNumberOfRetries) };

    public override BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries) => new BackoffSettings(this) { Strategy = Strategy.WithMaxNrOfRetries(maxNrOfRetries) };

    public override BackoffOptions WithReplyWhileStopped(object replyWhileStopped) => new BackoffSettings(this) { ReplyWhileStopped = replyWhileStopped };

    public override BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage) => new BackoffSettings(this) { IsFinalStopMessage = isFinalStopMessage };

    private BackoffSettings(BackoffSettings copied) : this(copied.Kind, copied.ChildProps, copied.ChildName, copied.MinBackoff, copied.MaxBackoff, copied.RandomFactor)
    {
        AutoReset = copied.AutoReset;
        Strategy = copied.Strategy;
        ReplyWhileStopped = copied.ReplyWhileStopped;
        IsFinalStopMessage = copied.IsFinalStopMessage;
    }
}
