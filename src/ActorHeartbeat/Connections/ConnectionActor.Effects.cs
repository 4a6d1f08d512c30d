using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Connections;

/// <content>
/// Carries out the decisions: the one place that acts on a step, the one place that sets timers, and helpers of a few lines.
/// </content>
public sealed partial class ConnectionActor
{
    private DeadlinePassed? _deadline; // null when none is armed

    /// <summary>The name of the deadline that is armed; null for none. For tests.</summary>
    internal string? Armed => _deadline is null ? null : TimerOf(_state);

    /// <summary>Carries out a step: gives back what is no longer held, acts, then makes the transition.</summary>
    private void Take(Step step)
    {
        if (step.Kind == StepKind.Stop)
            GiveBack(_data, after: null);
        else if (step.Data is { } data)
            GiveBack(_data, data);
        step.Effects?.Invoke();
        switch (step.Kind)
        {
            case StepKind.Stop:
                Context.Stop(Self);
                break;
            case StepKind.GoTo:
                Enter(step.Next, step.Data!); // a transition has data
                break;
            default:
                _data = step.Data ?? _data;
                break;
        }
    }

    /// <summary>The only place that arms the deadline, cancels it on leaving a state, and reports what is new.</summary>
    private void Enter(ConnectionState state, ConnectionData data)
    {
        (_state, _data) = (state, data);
        Disarm();
        Arm(DueOf(data));
        Report();
        _dependencies.Entered?.Invoke(state);
    }

    private void Arm(TimeSpan due)
    {
        _deadline = new DeadlinePassed();
        _dependencies.Clock.Tell(due > Now ? due - Now : TimeSpan.Zero, Self, _deadline, _deadline);
    }

    private void Disarm()
    {
        _deadline?.Cancel();
        _deadline = null;
    }

    /// <summary>The name of the one deadline that a state owns.</summary>
    internal static string TimerOf(ConnectionState state) => state switch
    {
        ConnectionState.BackingOff => "retry-due",
        ConnectionState.Connecting => "connect-deadline",
        ConnectionState.Open => "heartbeat-due",
        _ => "pong-deadline",
    };

    private TimeSpan DueOf(ConnectionData data) => data switch
    {
        BackingOffData { AwaitsCredentials: true } refused when refused.LookAt < refused.Until => refused.LookAt,
        BackingOffData backingOff => backingOff.Until,
        ConnectingData connecting => connecting.Deadline,
        ConnectedData connected => Earliest(
            connected.LookAgain, SendDue(connected.Link), connected.Link.Subscriptions.LookAgain(ListeningSince(connected.Link))),
        _ => throw new InvalidOperationException($"no deadline for {data}"),
    };

    private static TimeSpan Earliest(TimeSpan one, TimeSpan? other, TimeSpan? third)
    {
        var earliest = other < one ? other.Value : one;
        return third < earliest ? third.Value : earliest;
    }

    [MemberNotNull(nameof(_settings))]
    private void TakeSettings(EndpointSettings settings, Rate? sendRate)
    {
        (_settings, _sendRate) = (settings, sendRate);
        _plane.PendingSends?.Configure(settings.Send, settings.Limits.SendQueue);
        if (_board.Status is { } shown)
            _board.Status = shown with { Url = ShownUrl.Of(Target, settings) }; // show-messages is live: a path must not stay shown
    }

    private void Follow(ConnectionLink link)
    {
        link.Follow(_settings);
        link.Limit(_sendRate);
    }

    private void CountAnswer(HeartbeatAnswered answered)
    {
        _plane.Counters.CountAnswer();
        _board.Measured(answered.RoundTrip);
        _dependencies.Measures?.HeartbeatAnswered(answered.RoundTrip);
        MeasureWait(answered);
    }

    /// <summary>The socket that a crashed predecessor left; null when there is none.</summary>
    private ConnectionLink? AdoptOrphan()
    {
        if (_board.Link is not { IsGone: false } left)
            return null;
        left.Adopt(Self);
        left.Abort(ActorIsGone);
        return left.IsGone ? null : left;
    }

    private void PauseAsAsked(Outcome outcome, CloseCause cause)
    {
        if (outcome.Action == OutcomeAction.RetryAfter && outcome.Scope != GovernorScope.Endpoint)
            _dependencies.Governor.Tell(new PauseScope(outcome.Scope, ScopeKey(outcome.Scope, cause), outcome.AtLeast, cause.Detail));
    }

    private void Dial(ConnectionLink link)
    {
        link.Begin();
        _board.Link = link;
        _plane.Counters.CountDial();
        MeasureDial(link);
        link.Tell($"connection {link.Incarnation}: dialing {ShownUrl.Of(Target, _settings)}");
        if (_isPrimary)
            _plane.Subscriptions = link.Subscriptions;
        else
        {
            link.Succession.Begin(_settings.MaxAge?.ReadyWhen);
            if (_settings.MaxAge?.DuplicateKey is { } key)
                _plane.Feed.ExpectAnother(key);
        }
        AttemptAsync(_dependencies, AttemptWith(link.Names), link, _trace?.Activity).PipeTo(Self);
        (_to, _resumes) = (null, false);
    }

    private Attempt AttemptWith(ConnectionNames names) =>
        new(_settings, Target) { Names = names, Functions = _dependencies.Extensions.Functions };

    private static async Task<DialCompleted> AttemptAsync(
        ConnectionDependencies dependencies, Attempt attempt, ConnectionLink link, Activity? trace)
    {
        Activity.Current = trace; // of this method and what it calls
        if (link.WithoutCodec is { } why)
            return Failed(new DialFailure(FailureLayer.Resolve, why));
        var preparation = attempt.Settings.Prepare.Count > 0 ? link.PrepareBy(dependencies.Dialer, attempt.Url) : null;
        if (preparation is not null)
            attempt = attempt with { Prepare = preparation.RunAsync };
        try
        {
            // A resolver that ignores its token is left behind at the deadline: it owns no socket.
            DialRequest request;
            using (var resolving = AttemptSteps.Begin(trace, "resolve"))
            {
                request = await dependencies
                    .Resolver.ResolveAsync(attempt, link.DialCancellation)
                    .AsTask()
                    .WaitAsync(link.DialCancellation);
                resolving?.Done();
            }
            if (request.Lacking is { } lacking)
                return Failed(new DialFailure(FailureLayer.Resolve, lacking));
            link.Request = request;
            if (preparation is { IsDone: false }) // by a resolver of the host's own
                await preparation.RunAsync(request.Secrets, request.SecretTexts, link.DialCancellation);
            var result = link.Accept(await dependencies.Dialer.DialAsync(request, link, link.DialCancellation));
            return new DialCompleted(link.Incarnation, result)
            {
                Set = preparation?.Set ?? ValueMap<string?>.Empty,
                At = dependencies.Clock.Elapsed,
            };
        }
        catch (StepFailedException refused)
        {
            return Failed(refused.Failure) with { Asked = refused.Asked };
        }
        catch (Exception error)
        {
            // A dialer reports failures as values, so only the resolver throws.
            return Failed(new DialFailure(FailureLayer.Resolve, error.Message));
        }

        DialCompleted Failed(DialFailure failure) => new(link.Incarnation, link.Accept(new DialResult.Failed(failure)));
    }

    /// <summary>Lets the connection carry the feed; asks for keys, and sends the messages that waited.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="resumed">Whether the peer goes on where it was: what it has accepted stays so.</param>
    private void BeginFeed(ConnectionLink link, bool resumed)
    {
        resumed = link.Opened(resumed);
        MeasureOpen();
        link.Tell(resumed ? "open; the peer goes on where it was" : "open", opens: true);
        if (link.RedirectedTo is { } url)
            Context.GetLogger().Info("{0}: the server has redirected the dial to {1}", _settings.Id, url);
        SendWhatMay(link);
        if (_isPrimary || HasReadyWhen)
            return;
        link.Succession.Compare();
        if (HasHello)
            link.Succession.ExpectData();
    }

    /// <summary>
    /// Leaves no socket behind when the actor stops or crashes: aborts a
    /// socket that is not gone yet. The board keeps it for the next actor.
    /// </summary>
    protected override void PostStop()
    {
        if (LinkOf(_data) is { IsGone: false } left)
            left.Abort(ActorIsGone);
        Disarm();
        MeasureStop();
        _board.Status = _board.Status?.WithoutActor();
        base.PostStop();
    }

    /// <summary>
    /// The message of every deadline, and what cancels it; a state has only one. It may be in the mailbox already when it is cancelled.
    /// </summary>
    private sealed class DeadlinePassed : LeanCancelable, INoSerializationVerificationNeeded;
}
