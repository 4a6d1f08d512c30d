using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Connections;

/// <content>Decisions on what the peer says: its answers to the opening dialogue, and messages that a rule matches.</content>
public sealed partial class ConnectionActor
{
    private Step WhenDialed(ConnectingData data, DialCompleted dialed)
    {
        var after = data with { Dictated = Dictate(data.Dictated, dialed.Set, out var refusal) };
        return (data.Link.FirstWait is { } first ? Await(after, first) : Advance(after, from: 0))
            .First(() => data.Link.Start(data.IsResumed))
            .First(() => TellConnected(data.Link))
            .First(() => TellSet(data.Link, dialed.Set, refusal));
    }

    private Step WhenAnswered(ConnectingData data, OpeningAnswered answered)
    {
        var dictated = Dictate(data.Dictated, answered.Set, out var refusal);
        var after = data with { Dictated = dictated, IsResumed = data.IsResumed || _settings.OnOpen[answered.Index].Resumed };
        var step = answered.Next is { } next ? Await(after, next) : Advance(after, answered.Index + 1);
        return step
            .First(() => data.Link.Tell($"{Speaker.Step(answered.Index)}: done"))
            .First(() => TellSet(data.Link, answered.Set, refusal));
    }

    /// <summary>Takes opening steps up to the first that pauses or expects an answer. If none does, the connection is open.</summary>
    private Step Advance(ConnectingData data, int from, bool isRested = false)
    {
        var (taken, hasSpoken) = (new List<int>(), false);
        for (var index = from; index < _settings.OnOpen.Count; index++)
        {
            var step = _settings.OnOpen[index];
            if (!data.Link.Applies(step))
                continue;
            if (!(isRested && index == from) && PauseBefore(step, data.Link, hasSpoken) is var pause && pause > TimeSpan.Zero)
                return Step
                    .GoTo(ConnectionState.Connecting, data with { Step = index, IsPausing = true, Deadline = Now + pause })
                    .First(() => TakeOpening(data.Link, taken));
            taken.Add(index);
            hasSpoken |= step.Send is not null;
            if (step.Expect is not null || step.Http is not null)
                return Await(data, index).Then(() => TakeOpening(data.Link, taken));
            data = data with { IsResumed = data.IsResumed || step.Resumed };
        }
        return Opened(data).First(() => TakeOpening(data.Link, taken));
    }

    /// <summary>How long to pause before a step: as it says, and for its turn under on-open-pace.</summary>
    /// <param name="step">The step.</param>
    /// <param name="link">The connection.</param>
    /// <param name="hasSpoken">Whether a step before it speaks now.</param>
    private TimeSpan PauseBefore(DialogueStep step, ConnectionLink link, bool hasSpoken)
    {
        if (step.Send is null || link.Settings.OnOpenPace is not { } pace)
            return step.Wait;
        var turn = hasSpoken ? TimeSpan.FromSeconds(1 / pace.PerSecond) : link.Pace?.OpeningWait(Now) ?? TimeSpan.Zero;
        return turn > step.Wait ? turn : step.Wait;
    }

    private Step Await(ConnectingData data, int step) => Step.GoTo(
        ConnectionState.Connecting, data with { Step = step, IsPausing = false, Deadline = Now + _settings.OnOpen[step].Timeout });

    /// <summary>Decides on what is said and heard, alike in every state with a connection.</summary>
    private Step? WhenSpokenWith(object message, ConnectionData data, ConnectionLink link)
    {
        switch (message)
        {
            case RuleMatched matched when Concerns(matched, link):
                return WhenRuleMatched(data, link, matched);
            case PeerAtFault fault when Concerns(fault, link):
                return BackOff(data, CloseCause.PeerAtFault(fault.Code, fault.Why), link).First(() => link.Close(fault.Code, fault.Why));
            case NumbersMissing missing when Concerns(missing, link):
                return BackOff(data, CloseCause.NumbersMissing(missing.Why), link).First(() => SayGoodbye(link, _settings.CloseCode, ""));
            case KeepAliveFailed failed when Concerns(failed, link):
                return Step.Stay.Then(() => TellKeepAliveFailed(link, failed.Why));
            case NotCaptured not when Concerns(not, link):
                return Step.Stay.Then(() => TellNotCaptured(link, not.Name));
            case NotSaid not when Concerns(not, link):
                return Drop(data, CloseCause.NotSaid(not.Placeholder), link);
            default:
                return null;
        }
    }

    /// <summary>What follows from a message that a rule matched: its reply, then its action.</summary>
    private Step WhenRuleMatched(ConnectionData data, ConnectionLink link, RuleMatched matched)
    {
        var set = Set(data, matched.Set, out var refusal);
        var step = (matched.Rule.Then, set) switch
        {
            (RuleAction.Nothing or RuleAction.Resubscribe, _) when ReferenceEquals(set, data) => Step.Stay, // keys are the pump's
            (RuleAction.Nothing or RuleAction.Resubscribe, ConnectedData connected) => Connected(_state, connected),
            (RuleAction.Nothing or RuleAction.Resubscribe, _) => Step.Stay.Using(set),
            (RuleAction.Rotate, ConnectedData connected) => AskedToRotate(connected, matched),
            _ => BackOff(data, AskedFor(link, matched), link).First(() => SayGoodbye(link, _settings.CloseCode, "")),
        };
        step = step.First(() => Answer(link, matched));
        return matched.Set.Count == 0 ? step : step.First(() => TellSet(link, matched.Set, refusal));
    }

    /// <summary>
    /// A rotation, to where the message says. A place that may not be dialed is told, and the endpoint's own URL takes its place.
    /// </summary>
    private Step AskedToRotate(ConnectedData data, RuleMatched matched)
    {
        string? fault = null;
        var to = data.Link.Filled(matched.Rule.ToTemplate, matched) is { } text
            ? PeersUrl.Read(text, _settings.Hosts, data.Link.Request.Url.Scheme == Uri.UriSchemeWss, out fault)
            : null;
        if (matched.Rule.ToTemplate is not null && to is null)
            fault ??= "it has no value";
        var step = Connected(
            _state, AskedToRotate(data with { RotateTo = to, IsResumedByNext = matched.Rule.Resumed && fault is null }));
        return fault is null ? step : step.First(() => TellNotGoing(data.Link, fault));
    }

    /// <summary>The data with what a message sets.</summary>
    private ConnectionData Set(ConnectionData data, ValueMap<string?> set, out string? refusal)
    {
        switch (data)
        {
            case ConnectingData connecting:
                var dictated = Dictate(connecting.Dictated, set, out refusal);
                return dictated == connecting.Dictated ? data : connecting with { Dictated = dictated };
            case ConnectedData connected:
                dictated = Dictate(connected.Dictated, set, out refusal);
                if (dictated == connected.Dictated)
                    return data;
                var after = WithKeepAlivesOf(connected with { Dictated = dictated }, SettingsOf(connected), dictated.Over(_settings));
                return data is ConnectedData { IsSuccessor: true } || SettingsOf(after).MaxAge == SettingsOf(connected).MaxAge
                    ? after
                    : after with { RotateAt = RotationTime(SettingsOf(after), after.OpenedAt, after.UrlIndex) };
            default:
                refusal = null;
                return data;
        }
    }

    private DictatedSettings Dictate(DictatedSettings dictated, ValueMap<string?> set, out string? refusal)
    {
        refusal = null;
        if (set.Count == 0)
            return dictated;
        if (set.FirstOrDefault(each => each.Value is null) is { Key: { } lacking })
        {
            refusal = $"{lacking} has no value";
            return dictated;
        }
        return dictated.With(set.Select(each => KeyValuePair.Create(each.Key, each.Value!)), _settings, out refusal);
    }

    /// <summary>
    /// A primary rotates now, or after a backoff when it is younger than reset-after: that counts as a failure, with which its successor
    /// begins, so that a peer that asks every connection to go does not make us turn in a circle. A successor remembers it.
    /// </summary>
    private ConnectedData AskedToRotate(ConnectedData data)
    {
        if (data.IsSuccessor || data.IsAskedToRotate)
            return data with { IsAskedToRotate = true };
        if (Now - data.OpenedAt >= _settings.Backoff.ResetAfter)
            return data with { IsAskedToRotate = true, RotateAt = Now };
        var failures = data.Failures + 1;
        return data with
        {
            IsAskedToRotate = true,
            Failures = failures,
            Stable = false,
            RotateAt = Now + ReconnectBackoff.Delay(_settings.Backoff, failures, _random.NextDouble()),
        };
    }

    private ConnectedData AsPrimary(ConnectedData data)
    {
        var primary = data with
        {
            IsSuccessor = false,
            IsAskedToRotate = false,
            RotateAt = RotationTime(SettingsOf(data), data.OpenedAt, data.UrlIndex),
        };
        var next = data.IsAskedToRotate ? AskedToRotate(primary) : primary;
        var alone = Now + LeaveTime(data.Link); // before, the connection that it replaces is in the way of another one
        return next.RotateAt < alone ? next with { RotateAt = alone } : next;
    }

    private static CloseCause AskedFor(ConnectionLink link, RuleMatched matched)
    {
        var after = link.Filled(matched.Rule.AfterTemplate, matched);
        return CloseCause.PeerAsked(
            matched.Number,
            matched.Rule.Then,
            RuleOutcome.Decide(matched.Rule, after),
            matched.Looked,
            lacksTime: matched.Rule.AfterTemplate is not null && RuleOutcome.Time(after) is null);
    }

    private CloseCause Refusal(OpeningRefused refused)
    {
        if (refused.Failure is { } failure)
            return CloseCause.OfDial(failure) with { Asked = refused.Asked };
        var step = _settings.OnOpen[refused.Index];
        var cause = CloseCause.OpeningRefused(refused.Index, refused.Reason);
        return step.Then is { } then ? cause with { Asked = RuleOutcome.Decide(then, step.Retry, null, GovernorScope.Endpoint) } : cause;
    }
}
