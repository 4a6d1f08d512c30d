using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>
/// The state BackingOff: the delay, the end of the previous socket, a place in the governor's queue. A delay after refused credentials ends
/// early when their file or variable changes.
/// </content>
public sealed partial class ConnectionActor
{
    /// <summary>When credentials that were refused are read again, and how often from then on.</summary>
    private static readonly TimeSpan FirstCredentialsLook = TimeSpan.FromSeconds(1), CredentialsLook = TimeSpan.FromSeconds(5);

    private Step? WhenBackingOff(object message, BackingOffData data)
    {
        switch (message)
        {
            case DeadlinePassed:
                return WhenRetryDue(data);
            case PermitGranted permit when data.Phase == BackingOffPhase.Queued && permit.Request == data.Request:
                var link = new ConnectionLink(
                    _id, _plane, _settings, _sendRate, _dependencies.Clock, data.Failures + 1, _dependencies.Seed, Before, Self,
                    _dependencies.Extensions);
                var dialing = new ConnectingData(data.Failures, link, null, Now + _settings.Timeouts.Connect) { IsResumed = _resumes };
                return Step.GoTo(ConnectionState.Connecting, dialing).Then(() => Dial(link));
            case PermitRefused refused when data.Phase == BackingOffPhase.Queued && refused.Request == data.Request:
                return BackOff(data, CloseCause.NoRoom(refused.Why), leaving: null);
            case DialCompleted { Result: DialResult.Failed } failed when Concerns(failed, data.Leaving):
                return WhenSocketIsGone(data);
            case DialCompleted dialed when Concerns(dialed, data.Leaving):
                return Step.Stay; // connected after all; its link has aborted it and will report the end
            case ConnectionEnded ended when Concerns(ended, data.Leaving):
                return WhenSocketIsGone(data);
            case CredentialsRead { Credentials: { } present } when data.AwaitsCredentials && present != data.Refused:
                return Step.GoTo(ConnectionState.BackingOff, data with { Until = Now, Refused = null });
            case CredentialsRead when data.ReadsCredentials:
                return Step.Stay.Using(data with { ReadsCredentials = false });
            case Refresh when data.Phase is BackingOffPhase.Delay:
                return Step.GoTo(ConnectionState.BackingOff, data with { Until = Now });
            case Refresh:
                return Step.Stay;
            case SettingsChanged changed:
                return WhenChanged(data, changed);
            case CloseConnection close:
                return data.Leaving is null ? Step.Stop : End(data, close, data.Leaving);
            default:
                return null;
        }
    }

    private Step WhenRetryDue(BackingOffData data)
    {
        if (data.AwaitsCredentials && Now < data.Until)
            return LookAtCredentials(data);
        if (data.Leaving is { IsGone: false } leaving)
        {
            if (data.Phase is BackingOffPhase.Delay)
                return Step.GoTo(
                    ConnectionState.BackingOff, data with { Phase = BackingOffPhase.Leaving, Until = LeaveDeadline(leaving) });
            if (Renewed(LeaveTime(leaving)) is { } until)
                return Step.GoTo(ConnectionState.BackingOff, data with { Until = until });
            if (data.Phase is BackingOffPhase.Leaving)
                throw new InvalidOperationException($"the transport has not confirmed the end of incarnation {leaving.Incarnation}");
        }
        return data.Phase switch
        {
            BackingOffPhase.Ending => Step.Stop,
            BackingOffPhase.Queued => RemindOf(data),
            _ => Queue(data),
        };
    }

    private Step WhenSocketIsGone(BackingOffData data) => data.Phase switch
    {
        BackingOffPhase.Ending => Step.Stop,
        BackingOffPhase.Leaving => Queue(data),
        _ => Step.Stay.Using(data with { Leaving = null }),
    };

    private Step WhenChanged(BackingOffData data, SettingsChanged changed)
    {
        var line = Line;
        TakeSettings(changed.Settings, changed.SendRate);
        if (data.Phase is BackingOffPhase.Queued && line != Line)
            return Queue(data); // another line, with a budget of its own
        return data.Phase is BackingOffPhase.Delay && changed.Effect > ChangeEffect.Live
            ? Step.GoTo(ConnectionState.BackingOff, NoLongerThanBackoff(data))
            : Step.Stay;
    }

    private BackingOffData NoLongerThanBackoff(BackingOffData data)
    {
        var longest = Now + ReconnectBackoff.Ceiling(_settings.Backoff, data.Failures);
        return data.Until > longest ? data with { Until = longest } : data;
    }

    /// <summary>The credentials of a dial that was refused because of them; null when they cannot change by themselves.</summary>
    private int? RefusedCredentials(ConnectionData data, CloseCause cause) =>
        cause.HttpStatus is 401 or 403 && data is ConnectingData refused && _settings.Prepare.Count == 0 && HandshakeHasReferences
            ? refused.Link.Request.Fingerprint
            : null;

    private bool HandshakeHasReferences =>
        _settings.Headers.Any(header => header.Value.IsReference)
        || Template.MayBe(Target.OriginalString)
        || _settings.Subprotocols.Any(Template.MayBe);

    /// <summary>Begins to read them, unless the last reading hangs: there is never more than one.</summary>
    private Step LookAtCredentials(BackingOffData data)
    {
        var step = Step.GoTo(ConnectionState.BackingOff, data with { LookAt = Now + CredentialsLook, ReadsCredentials = true });
        return data.ReadsCredentials
            ? step
            : step.Then(() => ReadCredentialsAsync(
                _dependencies.Resolver, AttemptWith(new ConnectionNames(Before))).PipeTo(Self));
    }

    private static async Task<CredentialsRead> ReadCredentialsAsync(IAttemptResolver resolver, Attempt attempt)
    {
        try
        {
            return new CredentialsRead((await resolver.ResolveAsync(attempt, CancellationToken.None)).Fingerprint);
        }
        catch (Exception)
        {
            return new CredentialsRead(null); // an attempt reports what is wrong with them
        }
    }
}
