using System.Globalization;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>Maps between the messages of a connection actor, the lines of a story and the events in the transition tables.</summary>
internal static class StoryMessages
{
    /// <summary>The events of the transition tables that are messages, each with the type of the message.</summary>
    public static readonly IReadOnlyDictionary<string, Type> Events = new Dictionary<string, Type>
    {
        ["permit"] = typeof(PermitGranted),
        ["refusal"] = typeof(PermitRefused),
        ["dial succeeds"] = typeof(DialCompleted),
        ["dial fails"] = typeof(DialCompleted),
        ["end"] = typeof(ConnectionEnded),
        ["opening answered"] = typeof(OpeningAnswered),
        ["opening refused"] = typeof(OpeningRefused),
        ["sign of life"] = typeof(SignOfLife),
        ["heartbeat answered"] = typeof(HeartbeatAnswered),
        ["rule matches"] = typeof(RuleMatched),
        ["not said"] = typeof(NotSaid),
        ["not captured"] = typeof(NotCaptured),
        ["keep-alive fails"] = typeof(KeepAliveFailed),
        ["numbers missing"] = typeof(NumbersMissing),
        ["keys changed"] = typeof(KeysChanged),
        ["key stale"] = typeof(KeyStale),
        ["peer at fault"] = typeof(PeerAtFault),
        ["proof seen"] = typeof(ProofSeen),
        ["credentials read"] = typeof(CredentialsRead),
        ["stale"] = typeof(ConnectionEvent),
        ["refresh"] = typeof(Refresh),
        ["close"] = typeof(CloseConnection),
        ["reload"] = typeof(SettingsChanged),
        ["take over"] = typeof(TakeOver),
        ["rotation failed"] = typeof(RotationFailed),
        ["send"] = typeof(TakeSends),
        ["subscribe"] = typeof(SettingsChanged),
    };

    /// <summary>The event that a line stands for; null for a line that sends no message, such as an advance.</summary>
    public static string? EventOf(string line) =>
        Events.Keys.FirstOrDefault(name => line == name || line.StartsWith($"{name} ", StringComparison.Ordinal));

    public static object Read(string line, string[] words, Story story)
    {
        var incarnation = story.Incarnation;
        return EventOf(line) switch
        {
            "permit" => new PermitGranted(Story.Id, words.Length > 1 ? Number(words[1]) : story.Request),
            "refusal" => new PermitRefused(Story.Id, words.Length > 1 ? Number(words[1]) : story.Request, "the group is full"),
            "opening answered" when words is [_, _, "next", var next] =>
                new OpeningAnswered(incarnation, story.OpeningStep) { Next = (int)Number(next) },
            "opening answered" => new OpeningAnswered(incarnation, words.Length > 2 ? (int)Number(words[2]) : story.OpeningStep),
            "opening refused" => new OpeningRefused(incarnation, words.Length > 2 ? (int)Number(words[2]) : story.OpeningStep, "no"),
            "sign of life" => new SignOfLife(incarnation),
            "heartbeat answered" => new HeartbeatAnswered(incarnation, TimeSpan.FromSeconds(1)),
            "rule matches" => RuleMatches(words, incarnation),
            "not said" => new NotSaid(incarnation, "@{/id}"),
            "not captured" => new NotCaptured(incarnation, "session.id"),
            "keep-alive fails" => new KeepAliveFailed(incarnation, "keep-alives.key: no answer"),
            "numbers missing" => new NumbersMissing(incarnation, "of the numbers of the peer 2 is missing"),
            "keys changed" => new KeysChanged(incarnation),
            "key stale" => new KeyStale(incarnation, Reconnects: words.Length > 2, "no data of trades/BTC"),
            "peer at fault" => new PeerAtFault(incarnation, 1009, "too much"),
            "proof seen" => new ProofSeen(incarnation),
            "credentials read" => new CredentialsRead(words[2] == "same" ? story.Refused : (int)Number(words[2])),
            "stale" => Stale(line),
            "refresh" => new Refresh("asked"),
            "close" => new CloseConnection(1000, "done"),
            "reload" when words[1] == "beside" => story.Reload(words[2..], beside: true),
            "reload" => story.Reload(words[1..], beside: false),
            "take over" => new TakeOver(Before: null),
            "rotation failed" when words.Length > 2 =>
                new RotationFailed(CloseCause.NoRoom("the group is full"), TimeSpan.FromSeconds(30)),
            "rotation failed" => new RotationFailed(CloseCause.ConnectTimeout(TimeSpan.FromSeconds(10)), TimeSpan.FromSeconds(30)),
            "send" => story.Give(OutboundMessage.Text(words[1])),
            "subscribe" => story.Want(words[1], isWanted: true),
            _ when words[0] == "unsubscribe" => story.Want(words[1], isWanted: false),
            _ => throw new FormatException($"'{line}' is no line of a story"),
        };
    }

    /// <summary>
    /// A message without values; the words are reply, action and what is set, "-" for no reply, "lacking" for one without its value.
    /// </summary>
    private static RuleMatched RuleMatches(string[] words, long incarnation) => new(
        incarnation,
        new MessageRule
        {
            Match = new MessagePattern.Text("a"),
            Reply = words is [_, _, not "-", ..] ? MessageTemplate.Text(words[2] == "lacking" ? "@{/id}" : words[2]) : null,
            Then = words is [_, _, _, var then, ..] ? Enum.Parse<RuleAction>(then, ignoreCase: true) : RuleAction.Nothing,
        },
        1,
        MessageAtHand.Read("{}"u8, []))
    {
        Set = words is [_, _, _, _, var set]
            ? new([KeyValuePair.Create<string, string?>(set.Split('=')[0], set.Split('=')[1])])
            : ValueMap<string?>.Empty,
    };

    /// <summary>An event of an incarnation that never existed.</summary>
    private static ConnectionEvent Stale(string line)
    {
        const long Never = 99;
        return line["stale ".Length..] switch
        {
            "dial succeeds" => new DialCompleted(Never, new DialResult.Failed(new DialFailure(FailureLayer.Tcp, "late"))),
            "end" => new ConnectionEnded(Never, new ConnectionEnd(1006, "", false)),
            "opening answered" => new OpeningAnswered(Never, 0),
            "opening refused" => new OpeningRefused(Never, 0, "no"),
            "sign of life" => new SignOfLife(Never),
            "heartbeat answered" => new HeartbeatAnswered(Never, TimeSpan.Zero),
            "rule matches" => RuleMatches([], Never),
            "not said" => new NotSaid(Never, "@{/id}"),
            "not captured" => new NotCaptured(Never, "session.id"),
            "keep-alive fails" => new KeepAliveFailed(Never, "keep-alives.key: no answer"),
            "numbers missing" => new NumbersMissing(Never, "of the numbers of the peer 2 is missing"),
            "keys changed" => new KeysChanged(Never),
            "key stale" => new KeyStale(Never, Reconnects: true, "no data of trades/BTC"),
            "peer at fault" => new PeerAtFault(Never, 1009, "too much"),
            "proof seen" => new ProofSeen(Never),
            _ => throw new FormatException($"'{line}' is no stale event"),
        };
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
