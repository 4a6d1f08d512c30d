using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Tests.Feeds;

public sealed class SendQueueTests
{
    private static readonly SendSettings Queueing = new() { WhileDown = SendWhileDown.Queue, TimeToLive = TimeSpan.FromSeconds(30) };

    private readonly SendQueue<int> _queue = new(Queueing, capacity: 3);

    [Fact]
    public void Under_fail_every_message_is_refused()
    {
        var queue = new SendQueue<int>(new SendSettings(), 3);

        Assert.Equal(SendStatus.Refused, queue.Offer(OutboundMessage.Text("a"), 1, TimeSpan.Zero));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void Queued_messages_come_out_in_order()
    {
        Offer(1, 2, 3);

        Assert.Equal([1, 2, 3], TakeTickets());
        Assert.True(_queue.IsEmpty);
    }

    [Fact]
    public void Past_the_bound_a_message_is_refused_and_the_others_keep_waiting()
    {
        Offer(1, 2, 3);

        Assert.Equal(SendStatus.Refused, _queue.Offer(OutboundMessage.Text("d"), 4, TimeSpan.Zero));
        Assert.Equal([1, 2, 3], TakeTickets());
    }

    [Fact]
    public void A_message_expires_exactly_when_its_time_to_live_has_passed()
    {
        _queue.Offer(OutboundMessage.Text("a"), 1, TimeSpan.FromSeconds(5));
        _queue.Offer(OutboundMessage.Text("b"), 2, TimeSpan.FromSeconds(6));

        Assert.Equal(TimeSpan.FromSeconds(35), _queue.NextExpiry);
        Assert.Empty(_queue.TakeExpired(TimeSpan.FromSeconds(34.999)));
        Assert.Equal([1], _queue.TakeExpired(TimeSpan.FromSeconds(35)).Select(send => send.Ticket));
        Assert.Equal(TimeSpan.FromSeconds(36), _queue.NextExpiry);
        Assert.Equal([2], TakeTickets());
        Assert.Null(_queue.NextExpiry);
    }

    [Fact]
    public void A_shorter_time_to_live_applies_to_messages_that_wait_already()
    {
        Offer(1);

        _queue.Configure(Queueing with { TimeToLive = TimeSpan.FromSeconds(1) }, 3);

        Assert.Equal([1], _queue.TakeExpired(TimeSpan.FromSeconds(1)).Select(send => send.Ticket));
    }

    [Fact]
    public void When_the_endpoint_stops_everything_is_handed_back()
    {
        Offer(1, 2);

        Assert.Equal([1, 2], _queue.TakeAll().Select(send => send.Ticket));
        Assert.True(_queue.IsEmpty);
    }

    private void Offer(params int[] tickets) =>
        Assert.All(tickets, ticket => Assert.Equal(SendStatus.Queued, _queue.Offer(OutboundMessage.Text("x"), ticket, TimeSpan.Zero)));

    private List<int> TakeTickets()
    {
        var tickets = new List<int>();
        while (_queue.TryTake(out var send))
            tickets.Add(send.Ticket);
        return tickets;
    }
}
