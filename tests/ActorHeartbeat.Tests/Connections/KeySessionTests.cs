using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>What is captured and counted for a key, and how long it holds.</summary>
public class KeySessionTests : SubscriptionSpec
{
    private static readonly SubscriptionSettings Channels = Trades with
    {
        ForEach = ["BTC", "ETH"],
        Capture = Values(("chan", "@{/chan}")),
        Data = Json("/chan", "\"@{chan}\""),
    };

    private static readonly SubscriptionSettings Resuming = Numbered with
    {
        ForEach = ["BTC"],
        Send = MessageTemplate.Json("""{"from":"@{session.cursor ?? 'the start'}","after":"@{sequence ?? 0}"}"""),
        Cancel = null,
        Capture = Values(("session.cursor", "@{/cursor}")),
    };

    [Fact]
    public void A_capture_of_the_connection_before_does_not_take_the_data_of_another_key()
    {
        StartOpen(With(Channels) with { OnOpenPace = new Rate(1, Seconds(1)) });
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Answer("BTC", "5");
        Lose();

        Answer("ETH", "5");
        Advance(1);
        Assert.Equal([Asking("ETH"), Asking("BTC")], SentText);
        Socket.DeliverText("""{"chan":"5"}""");
        Settle();

        Assert.Equal("trades/ETH data", heard.Heard[^1]);
    }

    [Fact]
    public void The_next_connection_asks_with_the_session_and_the_number_of_a_key()
    {
        StartOpen(With(Resuming));
        Assert.Equal(["""{"from":"the start","after":0}"""], SentText);
        Cursor("c1");
        Number("BTC", 41);
        Number("BTC", 42);

        Lose();

        Assert.Equal(["""{"from":"c1","after":42}"""], SentText);
    }

    [Fact]
    public void To_forget_the_session_forgets_those_of_keys()
    {
        StartOpen(With(Resuming) with
        {
            OnMessage = [new MessageRule { Match = new MessagePattern.Text("over"), Forget = [TemplateName.Session] }],
        });
        Cursor("c1");
        Number("BTC", 42);

        Socket.DeliverText("over");
        Lose();

        Assert.Equal(["""{"from":"the start","after":0}"""], SentText);
    }

    [Fact]
    public void What_is_known_of_keys_is_what_the_next_process_begins_with()
    {
        StartOpen(With(Resuming));
        Cursor("c1");
        Number("BTC", 42);
        Settle();

        var key = Assert.Single(Board.Link!.Subscriptions.Sessions());

        Assert.Equal(("trades/BTC", 42L, "c1"), (key.Key, key.Value.Sequence, key.Value.Values["session.cursor"].Content));
    }

    [Theory]
    [InlineData(43, null)]
    [InlineData(45, "trades/BTC of the numbers of trades/BTC 43 to 44 are missing")]
    [InlineData(7, "trades/BTC the numbers of trades/BTC go back from 42 to 7")]
    public void A_process_goes_on_with_what_an_earlier_one_knew_of_a_key(int first, string? gap)
    {
        StartOf(With(Resuming));
        var heard = new Ear();
        using var listening = Plane.Feed.Subscribe(heard);
        Assert.Equal(["""{"from":"c1","after":42}"""], SentText);

        Number("BTC", first);
        Settle();

        Assert.Equal(gap, heard.Gaps.SingleOrDefault());
        Assert.Contains("trades/BTC data", heard.Heard);
    }

    [Fact]
    public void What_an_earlier_process_knew_is_not_lost_while_no_dial_succeeds()
    {
        Network.Script(Id, DialScript.Refuse(503));
        Start(With(Resuming), isPrimary: true, sendRate: null, Before);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        Assert.Equal(42, Assert.Single(Board.Link!.Subscriptions.Sessions()).Value.Sequence);
        Advance(1);
        FishForMessage<StateChanged>(change => change.To == ConnectionState.Open);
        Assert.Equal(["""{"from":"c1","after":42}"""], SentText);
    }

    [Fact]
    public void A_capture_that_is_called_a_secret_is_neither_shown_nor_kept()
    {
        StartOpen(With(Resuming with { Reason = "/msg" }) with { Secrets = ["session.cursor"] });
        Cursor("hush");
        Refuse("BTC", "over for hush");

        Assert.DoesNotContain("hush", Board.Link!.Subscriptions.Show().Single().Reason, StringComparison.Ordinal);
        Assert.Empty(Board.Link!.Subscriptions.Sessions());
    }

    private static Session Before => Session.Empty with
    {
        Keys = new([KeyValuePair.Create(
            "trades/BTC",
            new KeySession(new([KeyValuePair.Create("session.cursor", new SessionValue(SessionValueKind.Text, "c1"))]), 42))]),
    };

    private void StartOf(EndpointSettings settings)
    {
        Start(settings, isPrimary: true, sendRate: null, Before);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.Open);
    }

    private void Cursor(string cursor) => Deliver(["BTC"], key => $$"""{"event":"subscribe","id":"{{key}}","cursor":"{{cursor}}"}""");

    private void Answer(string key, string chan) => Deliver([key], id => $$"""{"event":"subscribe","id":"{{id}}","chan":"{{chan}}"}""");
}
