using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit.Tests;

public sealed class ScriptedNetworkTests
{
    private static readonly EndpointId Feed = new("feed");
    private static readonly EndpointSettings Settings = new() { Id = Feed, Url = new Uri("ws://in-memory") };

    private readonly RecordingObserver _observer = new();
    private readonly List<(TimeSpan Delay, Action Action)> _delayed = [];
    private readonly ScriptedNetwork _network;

    public ScriptedNetworkTests()
    {
        _network = new ScriptedNetwork((delay, action) => _delayed.Add((delay, action)));
    }

    [Fact]
    public void Dials_follow_the_queue_and_then_the_default()
    {
        _network.Script(Feed, DialScript.Refuse(429, "5"), DialScript.Fail(FailureLayer.Dns), DialScript.AcceptWith(_ => { }, "v1"));

        var results = new[] { Dial(), Dial(), Dial(), Dial() };

        Assert.All(results, result => Assert.True(result.IsCompletedSuccessfully));
        Assert.Equal(
            ["Http 429 5", "Dns  ", "connected v1", "connected "],
            results.Select(result => result.Result switch
            {
                DialResult.Failed failed => $"{failed.Failure.Layer} {failed.Failure.HttpStatus} {failed.Failure.RetryAfter}",
                DialResult.Connected connected => $"connected {connected.Connection.Subprotocol}",
                _ => "",
            }));
        Assert.Equal((2, 2), (_network.LiveSockets(Feed), _network.PeakSockets(Feed)));
    }

    [Fact]
    public async Task A_hanging_dial_ends_when_it_is_given_up_and_leaves_no_socket()
    {
        using var attempt = new CancellationTokenSource();
        _network.Script(Feed, DialScript.Hang);
        var dialing = Dial(attempt.Token);
        var before = (dialing.IsCompleted, _network.LiveSockets(Feed));

        await attempt.CancelAsync();

        Assert.Equal((false, 1), before);
        Assert.Equal(FailureLayer.Timeout, Assert.IsType<DialResult.Failed>(await dialing).Failure.Layer);
        Assert.Equal(0, _network.LiveSockets(Feed));
    }

    [Fact]
    public async Task A_manual_dial_can_succeed_after_it_was_given_up()
    {
        using var attempt = new CancellationTokenSource();
        _network.Script(Feed, DialScript.Manual);
        var dialing = Dial(attempt.Token);

        await attempt.CancelAsync();
        var stillPending = !dialing.IsCompleted;
        _network.Dials[0].Accept();

        Assert.True(stillPending && _network.Dials[0].IsGivenUp);
        Assert.IsType<DialResult.Connected>(await dialing);
    }

    [Fact]
    public void A_delayed_dial_completes_when_its_time_comes()
    {
        _network.Script(Feed, DialScript.Accept.After(TimeSpan.FromSeconds(3)));
        var dialing = Dial();
        var before = dialing.IsCompleted;

        var (delay, action) = Assert.Single(_delayed);
        action();

        Assert.False(before);
        Assert.Equal(TimeSpan.FromSeconds(3), delay);
        Assert.True(dialing.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_continuation_of_a_dial_runs_inside_the_call_that_completes_it()
    {
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new DerivedContext());
        _network.Script(Feed, DialScript.Manual);
        var waiting = WaitAsync();

        _network.Dials[0].Accept();
        SynchronizationContext.SetSynchronizationContext(previous);

        Assert.True(waiting.IsCompletedSuccessfully);

        async Task WaitAsync() => await Dial().ConfigureAwait(false);
    }

    [Fact]
    public void Everything_the_peer_sends_is_reported_in_order_and_only_after_the_start()
    {
        var (connection, far) = Connect(start: false);
        far.DeliverText("one");
        far.DeliverBinary("two"u8);
        far.PeerClose(1001, "bye");
        var beforeStart = _observer.Calls.Count;

        connection.Start();
        far.DeliverText("too late");

        Assert.Equal(0, beforeStart);
        Assert.Equal(["activity", "Text one", "activity", "Binary two", "ended 1001 bye clean"], _observer.Calls);
        Assert.Equal(0, _network.LiveSockets(Feed));
    }

    [Fact]
    public void Nothing_is_reported_while_a_message_is_being_worked_on()
    {
        var work = new TaskCompletionSource();
        _observer.Work = () => work.Task;
        var (_, far) = Connect();

        far.DeliverText("one");
        far.DeliverPong(7);
        var during = _observer.Calls.ToArray();
        work.SetResult();

        Assert.Equal(["activity", "Text one"], during);
        Assert.Equal(["activity", "Text one", "pong 7", "activity"], _observer.Calls);
    }

    [Fact]
    public void A_payload_that_is_kept_too_long_turns_stale()
    {
        var (_, far) = Connect();

        far.DeliverText("abc");

        Assert.Equal([0xDD, 0xDD, 0xDD], _observer.LastPayload.ToArray());
    }

    [Fact]
    public void Pings_are_answered_at_once_later_or_never()
    {
        var (connection, far) = Connect();

        connection.TryPing(1);
        far.PongAfter = TimeSpan.FromSeconds(2);
        connection.TryPing(2);
        far.PongAfter = null;
        connection.TryPing(3);
        _delayed.Single().Action();

        Assert.Equal(["pong 1", "activity", "pong 2", "activity"], _observer.Calls);
        Assert.Equal([1L, 2L, 3L], far.Pings);
    }

    [Fact]
    public void Text_heartbeats_are_answered_by_a_function()
    {
        var (connection, far) = Connect();
        far.Answers = text => text == "ping" ? "pong" : null;

        connection.SendAsync(OutboundMessage.Text("ping"));
        connection.SendAsync(OutboundMessage.Text("data"));

        Assert.Equal(["ping", "data"], far.SentText);
        Assert.Equal(["activity", "Text pong"], _observer.Calls);
    }

    [Fact]
    public void A_closing_handshake_that_is_answered_ends_clean_and_only_once()
    {
        var (connection, far) = Connect();

        connection.Close(1000, "done");
        connection.Abort();
        connection.Close(1000, "again");
        var ping = connection.TryPing(1);

        Assert.Equal(["ended 1000 done clean"], _observer.Calls);
        Assert.Equal([(1000, "done"), (1000, "again")], far.Closes);
        Assert.Equal((1, 2, false), (far.Aborts, far.CallsAfterEnd, ping));
    }

    [Fact]
    public async Task A_half_open_peer_takes_everything_answers_nothing_and_ends_at_the_close_deadline()
    {
        var (connection, far) = Connect();
        far.GoHalfOpen();

        var sent = connection.SendAsync(OutboundMessage.Text("x"));
        connection.TryPing(1);
        far.DeliverText("lost on the way");
        connection.Close(1000, "");
        var before = _observer.Calls.Count;
        var (delay, expire) = Assert.Single(_delayed);
        expire();

        Assert.Equal(SendStatus.Sent, await sent);
        Assert.Equal((0, Settings.Timeouts.Close), (before, delay));
        Assert.Equal(["ended 1006 unclean"], _observer.Calls);
    }

    [Fact]
    public void An_end_that_is_held_keeps_the_socket_until_it_is_reported()
    {
        _network.HoldsEnds = true;
        var (connection, far) = Connect();

        connection.Abort();
        var held = (far.IsEnded, _network.LiveSockets(Feed), _observer.Calls.Count);
        far.ReportEnd();

        Assert.Equal((true, 1, 0), held);
        Assert.Equal((0, 1), (_network.LiveSockets(Feed), _observer.Calls.Count));
        Assert.Throws<InvalidOperationException>(far.ReportEnd);
    }

    [Fact]
    public async Task Held_sends_expire_with_the_connection()
    {
        var (connection, far) = Connect();
        far.HoldsSends = true;
        var first = connection.SendAsync(OutboundMessage.Text("1")).AsTask();
        far.ReleaseSends();
        var second = connection.SendAsync(OutboundMessage.Text("2")).AsTask();

        far.Lose();
        var third = connection.SendAsync(OutboundMessage.Text("3"));

        Assert.Equal((SendStatus.Sent, SendStatus.Expired, SendStatus.Refused), (await first, await second, await third));
    }

    [Fact]
    public void Breaches_of_the_transport_contract_are_reported()
    {
        var (connection, far) = Connect(start: false);
        connection.TryPing(1);
        connection.Start();
        connection.Start();
        _observer.Work = () => throw new InvalidOperationException("boom");
        far.DeliverText("x");

        var told = Assert.Throws<InvalidOperationException>(_network.AssertContract).Message.Split(Environment.NewLine);

        Assert.Equal(
            [
                "feed: TryPing was called before Start",
                "feed: Start was called twice",
                "feed: the observer threw InvalidOperationException: boom",
            ],
            told);
    }

    private Task<DialResult> Dial(CancellationToken cancellation = default) =>
        _network.DialAsync(new DialRequest(Settings, Settings.Url, []), _observer, cancellation);

    private (IConnection Connection, ScriptedConnection Far) Connect(bool start = true)
    {
        var connection = Assert.IsType<DialResult.Connected>(Dial().Result).Connection;
        if (start)
            connection.Start();
        return (connection, _network.Connection(Feed));
    }

    /// <summary>Stands for the context of a test runner: any context of a derived type keeps continuations from running inline.</summary>
    private sealed class DerivedContext : SynchronizationContext;
}
