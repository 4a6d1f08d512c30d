using System.Text.Unicode;
using ActorHeartbeat.Decoding;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>What comes in: frames are decoded and split, rules and waits look at each message, and data go to the feed.</content>
internal sealed partial class ConnectionLink
{
    private const string AsksTooFast =
        "the peer asks faster than it takes answers: as many wait as limits.send-queue, or limits.message of their bytes, allows";

    private readonly FrameDecoder? _decoder;
    private readonly CodecReader? _codec;
    private volatile bool _isGivenUp;
    private int _owed; // questions that the actor has not answered yet
    private long _owedBytes; // of these questions, and of answers that the socket has not taken

    /// <summary>Why the attempt has no codec that it needs; null when it has.</summary>
    public string? WithoutCodec { get; private set; }

    public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload)
    {
        if (_isGivenUp)
            return default;
        var framing = _current.Framing;
        if (_codec is { } codec && kind == MessageKind.Binary)
            return HearPacketsAsync(codec, payload, framing.DeliverAs);
        if (_decoder is not null || framing.Split.Kind != MessageSplitKind.Off)
            return HearFrameAsync(kind, payload, framing);
        return Hear(kind, payload.Span, out var key) ? PublishAsync(kind, payload, key) : default;
    }

    /// <summary>Hears a frame that is coded, or that holds several messages.</summary>
    private async ValueTask HearFrameAsync(MessageKind kind, ReadOnlyMemory<byte> frame, FramingSettings framing)
    {
        var (decoded, kindOfDecoded) = (frame, kind);
        // Text is UTF-8 (RFC 6455 section 5.6), so it is not compressed: a peer that compresses says a pong or an error in plain text.
        switch (kind == MessageKind.Binary ? _decoder?.Decode(frame.Span, Limits.Message, out decoded) : null)
        {
            case DecodeResult.TooBig:
                GiveUp(CloseCodes.MessageTooBig, $"a frame decodes to more than limits.message, {Limits.Message} bytes");
                return;
            case DecodeResult.Malformed:
                GiveUp(CloseCodes.InvalidPayloadData, "a frame is not coded as decode says");
                return;
            case DecodeResult.Incomplete:
                OnPartOfMessage();
                if (framing.DeliverAs == DeliverAs.Frames)
                    await PublishAsync(kind, frame, key: null).ConfigureAwait(false);
                return;
            case DecodeResult.Message:
                kindOfDecoded = Utf8.IsValid(decoded.Span) ? MessageKind.Text : MessageKind.Binary;
                break;
        }
        var (deliver, keyOfAll, count) = (false, (FeedSource?)null, 0);
        foreach (var message in MessageSplitter.Split(decoded, framing.Split))
        {
            var isWanted = Hear(kindOfDecoded, message.Span, out var key);
            if (isWanted && framing.DeliverAs == DeliverAs.Messages)
                await PublishAsync(kindOfDecoded, message, key).ConfigureAwait(false);
            deliver |= isWanted;
            keyOfAll = count++ == 0 || ReferenceEquals(key, keyOfAll) ? key : null; // messages of several keys have none together
        }
        if (deliver && framing.DeliverAs == DeliverAs.Frames)
            await PublishAsync(kind, frame, keyOfAll).ConfigureAwait(false);
        else if (deliver && framing.DeliverAs == DeliverAs.Decoded)
            await PublishAsync(kindOfDecoded, decoded, keyOfAll).ConfigureAwait(false);
    }

    /// <summary>Hears a frame through a codec: rules and waits look at the view of each message.</summary>
    private async ValueTask HearPacketsAsync(CodecReader codec, ReadOnlyMemory<byte> frame, DeliverAs deliverAs)
    {
        var (deliver, keyOfAll, count) = (false, (FeedSource?)null, 0);
        codec.Begin(frame, Limits.Message);
        while (!_isGivenUp && codec.TryRead(out var message))
        {
            var isWanted = Hear(MessageKind.Text, message.View.Span, out var key);
            keyOfAll = count++ == 0 || ReferenceEquals(key, keyOfAll) ? key : null;
            deliver |= isWanted;
            if (isWanted && deliverAs == DeliverAs.Messages)
                await PublishAsync(MessageKind.Binary, message.Payload, key).ConfigureAwait(false);
            else if (isWanted && deliverAs == DeliverAs.Decoded)
                await PublishAsync(MessageKind.Text, message.View, key).ConfigureAwait(false);
        }
        codec.End();
        if (codec.Fault is var (code, why))
        {
            GiveUp(code, Hide(why));
            return;
        }
        if (codec.Count == 0)
            OnPartOfMessage();
        if ((deliver || codec.Count == 0) && deliverAs == DeliverAs.Frames)
            await PublishAsync(MessageKind.Binary, frame, keyOfAll).ConfigureAwait(false);
    }

    /// <summary>Makes the codec of the connection. Without it the attempt fails.</summary>
    private CodecReader? CodecOf(string? name, ConversationExtensions extensions)
    {
        if (name is null)
            return null;
        try
        {
            if (extensions.CreateCodec(name) is { } codec)
                return new CodecReader(name, codec);
            WithoutCodec = $"decode: there is no codec {name}";
        }
        catch (Exception error) // the code of the host may throw anything
        {
            WithoutCodec = $"decode: the codec {name} cannot be made: {error.GetType().Name}";
        }
        return null;
    }

    /// <summary>Lets rules and waits look at a message.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="message">The message.</param>
    /// <param name="key">Receives what it is published as where it is of a key; null for none.</param>
    /// <returns>Whether it is delivered.</returns>
    private bool Hear(MessageKind kind, ReadOnlySpan<byte> message, out FeedSource? key)
    {
        message = message[ByteOrderMark.LengthBeforeJson(message)..];
        var heartbeat = Heartbeat;
        var rules = _rules;
        var before = IsHeard ? Names.Values : null;
        rules.Fill(Names.Version, _hears ??= Hears);
        var rule = rules.Find(message, out var number, out var match);
        if (rule is not null && rules.Keeps(number))
            Keep(rule.Forget, rule.Capture, match!, message, names: null);
        HearNumber(message);
        var awaited = _awaited;
        var answer = awaited is null ? null : HearAnswer(awaited, message);
        var isAnswer = answer is not null;
        var heard = Subscriptions.Hear(message, out var isNews);
        if (before is not null)
        {
            TellHeard(kind, message, rules, (rule, number, match), isAnswer ? awaited : null, heard);
            Transcript.Kept(before);
        }
        if (answer is not null)
            _owner.Tell(answer); // behind the line of the message, which it may be answered with
        if (Succession.Received(message))
            _owner.Tell(new ProofSeen(Incarnation));
        isAnswer |= HearHeartbeatAnswer(message);
        key = FollowKeys(heard, isNews, out var isDuplicate);
        if (rule is { Then: RuleAction.Resubscribe } && Subscriptions.AskAgain(heard.Key) is not null)
            _owner.Tell(new KeysChanged(Incarnation));
        isAnswer |= heard.IsAnswer;
        var isData = rule is null ? heard.Data is not null || !isAnswer : rule.Is == MessageRole.Data;
        if (isData)
        {
            Volatile.Write(ref _lastData, _lastInbound);
            if (Succession.DataReceived(kind, message))
                _owner.Tell(new ProofSeen(Incarnation));
        }
        if (rule is { Is: MessageRole.Beat })
            _plane.Counters.CountBeat(_clock.UtcNow);
        if (rule is { Acts: true })
            Act(rule, number, match!, message);
        return !isDuplicate && (isData || (rule?.Deliver ?? heartbeat.Deliver));
    }

    /// <summary>Whether a message answers a heartbeat; the answer to an earlier one is no data, and settles nothing.</summary>
    private bool HearHeartbeatAnswer(ReadOnlySpan<byte> message)
    {
        var answers = _heartbeatAnswers;
        if (FindAnswer(answers, message) is not { } answer)
            return false;
        if (ReferenceEquals(answer, answers[0]))
            Answered();
        return true;
    }

    private static MessagePattern?[] AnswersTo(HeartbeatSettings heartbeat) => heartbeat.Expect is { } expect ? [expect] : [];

    private TemplateScope Hears() => _conversation.Hears(names: null, message: null);

    /// <summary>The pattern of the heartbeat that a message answers, the newest first; null for none.</summary>
    private static MessagePattern? FindAnswer(MessagePattern?[] answers, ReadOnlySpan<byte> message)
    {
        foreach (var answer in answers)
        {
            if (answer?.Matches(message) == true)
                return answer;
        }
        return null;
    }

    /// <summary>Follows the numbers of the peer.</summary>
    private void HearNumber(ReadOnlySpan<byte> message)
    {
        if (_current.Sequence is not { } sequence || sequence.Read(message) is not { } number)
            return;
        if (_rules.UseSequence)
            Names.SequenceChanged();
        if (Names.Received(number, sequence.Step) is { } missing)
            Miss(missing);
    }

    private void Miss((long After, long Before) numbers)
    {
        var why = $"of the numbers of the peer {Between(numbers.After, numbers.Before)} missing";
        var step = _current.Sequence?.Step ?? 1; // a reload may have taken it away
        _writer!.TellLost(why, _writer.Source, MissingNumbers.Between(numbers.After, numbers.Before, step));
        Tell(why);
        if (_current.Sequence is { OnGap: SequenceGapAction.Retry })
            _owner.Tell(new NumbersMissing(Incarnation, why));
    }

    /// <summary>Forgets and captures what a rule or a step says, in this order.</summary>
    private void Keep(
        ValueList<string> forget, ValueMap<ValueTemplate> capture, MessagePattern match, ReadOnlySpan<byte> message, ITemplateNames? names)
    {
        Forget(forget);
        var secrets = _current.Secrets;
        match.Capture(message, (name, text) => _conversation.Keep(name, TemplateValue.Of(text), secrets, TellTooBig));
        if (capture.Count > 0)
            _conversation.Capture(capture, match.Heard(message), names, secrets, TellTooBig);
    }

    private void TellTooBig(string name) => _owner.Tell(new NotCaptured(Incarnation, name));

    private void Act(MessageRule rule, int number, MessagePattern match, ReadOnlySpan<byte> message)
    {
        // The bytes bound what waits beside the newest, so that a question as large as a message may be is answered.
        if (Interlocked.Increment(ref _owed) > Limits.SendQueue || Volatile.Read(ref _owedBytes) > Limits.Message)
        {
            GiveUp(CloseCodes.PolicyViolation, AsksTooFast);
            return;
        }
        Interlocked.Add(ref _owedBytes, message.Length);
        var heard = match.Heard(message);
        _owner.Tell(
            new RuleMatched(Incarnation, rule, number, MessageAtHand.Read(heard, [.. rule.OfMessage]))
            {
                Size = message.Length,
                Set = _conversation.Dictated(rule.Set, names: null, heard),
                Names = rule.AsksForNames ? _conversation.NamesAtHand : null,
                Looked = rule.Then == RuleAction.Nothing ? "" : Transcript.Looked(match, message),
            });
    }

    /// <summary>Carries out the reply of a rule, if it has one. A peer that asks and does not read loses its connection.</summary>
    /// <returns>As <see cref="Say"/>, but each placeholder once.</returns>
    public string? Answer(RuleMatched matched)
    {
        Interlocked.Decrement(ref _owed);
        Interlocked.Add(ref _owedBytes, -matched.Size);
        if (matched.Rule.Reply is not { } reply)
            return null;
        if (_conversation.Fill(reply, matched.Names, matched.Message, out var lacking) is not { } message)
            return lacking is not null && _conversation.IsFirst(lacking) ? lacking : null;
        Interlocked.Add(ref _owedBytes, message.Payload.Length);
        _ = AnswerAsync(message, Speaker.Reply(matched.Number <= _current.OnMessage.Count ? matched.Number : 0));
        return null;
    }

    private async Task AnswerAsync(OutboundMessage message, Speaker by)
    {
        var status = await SendAsync(message, by).ConfigureAwait(false);
        Interlocked.Add(ref _owedBytes, -message.Payload.Length);
        if (status == SendStatus.Refused && !_gone)
            GiveUp(CloseCodes.PolicyViolation, AsksTooFast);
    }

    /// <summary>What follows from a message that a step of the opening dialogue waits for; null for any other message.</summary>
    private ConnectionEvent? HearAnswer(AwaitedStep awaited, ReadOnlySpan<byte> message)
    {
        var step = awaited.Step;
        if (awaited.Expect.Matches(message))
        {
            Keep(step.Forget, step.Capture, awaited.Expect, message, awaited.Names);
            var next = NextWait(awaited.Index + 1);
            _awaited = next;
            return new OpeningAnswered(Incarnation, awaited.Index)
            {
                Next = next?.Index,
                Set = _conversation.Dictated(step.Set, awaited.Names, awaited.Expect.Heard(message)),
            };
        }
        if (awaited.Reject?.Matches(message) != true)
            return null;
        _awaited = null;
        var found = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        awaited.Reject.Capture(message, (name, text) => found[name] = TemplateValue.Of(text));
        var reason = step.ReasonTemplate is { } template
            ? template.Fill(_conversation.Hears(
                new FoundNames(found, awaited.Names), MessageAtHand.Read(awaited.Reject.Heard(message), template.OfMessage)))
            : null;
        return new OpeningRefused(Incarnation, awaited.Index, PeerText.Of(Hide(reason ?? "")));
    }

    /// <summary>Ends the connection because of what the peer sends. What comes behind it is not looked at.</summary>
    private void GiveUp(int code, string why)
    {
        if (_isGivenUp)
            return;
        _isGivenUp = true;
        _owner.Tell(new PeerAtFault(Incarnation, code, why));
    }

    private ValueTask PublishAsync(MessageKind kind, ReadOnlyMemory<byte> message, FeedSource? key)
    {
        var publishing = _writer!.PublishAsync(kind, message, key ?? _writer.Source);
        return publishing.IsCompletedSuccessfully ? publishing : HoldBackAsync(publishing);
    }

    private async ValueTask HoldBackAsync(ValueTask publishing)
    {
        _isHeldBack = true;
        await publishing.ConfigureAwait(false);
        Volatile.Write(ref _heldBackUntil, _clock.Elapsed.Ticks);
        _isHeldBack = false;
    }
}
