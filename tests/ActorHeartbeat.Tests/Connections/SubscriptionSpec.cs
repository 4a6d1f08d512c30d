using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>An endpoint that asks for trades of three keys, with words for what its peer says about them.</summary>
public abstract class SubscriptionSpec : ConnectionSpec
{
    private protected static readonly SubscriptionSettings Trades = new()
    {
        ForEach = ["BTC", "ETH", "SOL"],
        Send = MessageTemplate.Json("""{"op":"subscribe","args":[{"channel":"trades","id":"@{each}"}]}"""),
        Cancel = MessageTemplate.Json("""{"op":"unsubscribe","args":[{"channel":"trades","id":"@{each}"}]}"""),
        Expect = Both("/event", "\"subscribe\"", "/id", "\"@{each}\""),
        Reject = Both("/event", "\"error\"", "/id", "\"@{each}\""),
        Reason = "/msg",
        Data = Both("/channel", "\"trades\"", "/id", "\"@{each}\""),
    };

    private protected static readonly SubscriptionSettings Numbered = Trades with
    {
        Sequence = new SequenceSettings(["/n"]) { Step = 1, OnGap = SequenceGapAction.Resubscribe },
    };

    private protected void Number(string key, int number) => Socket.DeliverText($$"""{"channel":"trades","id":"{{key}}","n":{{number}}}""");

    private protected sealed class Ear : IFeedHandler
    {
        public List<string> Heard { get; } = [];

        public List<string> Gaps { get; } = [];

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.Gap is { Reason: GapReason.Missing } gap)
                Gaps.Add($"{feedEvent.Subscription} {gap.Cause}");
            if (feedEvent.KeyState is { } state)
                Heard.Add($"{feedEvent.Subscription} {state.State} {state.Cause} {state.RetryIn?.TotalSeconds}".Trim());
            else if (feedEvent.IsMessage)
                Heard.Add($"{feedEvent.Subscription ?? "none"} data");
        }
    }

    /// <summary>Starts, and listens before anything is asked for.</summary>
    private protected IDisposable StartHeard(EndpointSettings settings, out Ear heard)
    {
        Start(settings);
        heard = new Ear();
        var listening = Plane.Feed.Subscribe(heard);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
        return listening;
    }

    private protected void Open()
    {
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);
        Advance(0);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Connecting);
        Socket.DeliverText("resumed");
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Settle();
    }

    private protected void Lose()
    {
        Socket.Lose();
        FishForMessage<StateChanged>(change => change.To == ConnectionState.BackingOff);
        Advance(1);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Settle();
    }

    private protected void Accept(params string[] keys) => Deliver(keys, key => $$"""{"event":"subscribe","id":"{{key}}"}""");

    private protected void Data(params string[] keys) => Deliver(keys, key => $$"""{"channel":"trades","id":"{{key}}","price":1}""");

    private protected void Refuse(string key, string why) =>
        Deliver([key], key => $$"""{"event":"error","id":"{{key}}","msg":"{{why}}"}""");

    private protected void Deliver(string[] keys, Func<string, string> message)
    {
        foreach (var key in keys)
            Socket.DeliverText(message(key));
        Settle();
    }

    private protected int Count(SubscriptionState state) => Board.Link!.Subscriptions.Show().Count(key => key.State == state);

    private protected static string Asking(string key) => $$"""{"op":"subscribe","args":[{"channel":"trades","id":"{{key}}"}]}""";

    private protected static string Cancelling(string key) => $$"""{"op":"unsubscribe","args":[{"channel":"trades","id":"{{key}}"}]}""";

    private protected static EndpointSettings With(SubscriptionSettings trades) => Defaults with
    {
        Heartbeat = new HeartbeatSettings { Mode = HeartbeatMode.None },
        Subscriptions = new([KeyValuePair.Create("trades", trades)]),
    };

    private protected static MessagePattern Both(string one, string value, string other, string otherValue) =>
        new MessagePattern.Json([new JsonExpectation(one, value), new JsonExpectation(other, otherValue)]);
}
