using System.Buffers;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Events;

namespace ActorHeartbeat.Service.Tests;

public sealed class EventPositionsTests
{
    [Fact]
    public async Task Ids_of_a_stream_of_two_name_both()
    {
        var events = await Publish("a", "b", "a");
        var positions = new EventPositions(null);

        var ids = events.Select(each => IdOf(positions, each)).ToArray();

        Assert.Equal("run;a=1 run;a=1,b=1 run;a=2,b=1", string.Join(' ', ids));
    }

    [Fact]
    public async Task Ids_go_on_from_where_the_stream_was_resumed()
    {
        var events = await Publish("a");
        var positions = new EventPositions(new ResumePoint("run", new Dictionary<EndpointId, long> { [new EndpointId("b")] = 41 }));

        Assert.Equal("run;b=41,a=1", IdOf(positions, events[0]));
    }

    [Fact]
    public async Task Positions_of_another_run_are_forgotten()
    {
        var events = await Publish("a");
        var positions = new EventPositions(new ResumePoint("before", new Dictionary<EndpointId, long> { [new EndpointId("b")] = 41 }));

        Assert.Equal("run;a=1", IdOf(positions, events[0]));
    }

    [Fact]
    public async Task In_a_stream_of_many_endpoints_not_every_event_names_them_all()
    {
        var names = Enumerable.Range(0, 64).Select(index => $"e{index}").ToArray();
        var events = await Publish([.. names, .. names]);
        var positions = new EventPositions(null);

        var ids = events.Select(each => IdOf(positions, each)).ToArray();

        Assert.Equal(8, ids[64..].Count(id => id is not null));
        Assert.Equal(64, ids.Last(id => id is not null)!.Count(character => character == '='));
    }

    private static string? IdOf(EventPositions positions, FeedEvent feedEvent)
    {
        if (!positions.Passed(feedEvent))
            return null;
        var written = new ArrayBufferWriter<byte>();
        positions.Write(written, feedEvent);
        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    private static async Task<List<FeedEvent>> Publish(params string[] endpoints)
    {
        var feeds = new FeedRegistry(TimeProvider.System, "run");
        using var subscription = feeds.Subscribe(LabelSelector.All, new SubscriptionOptions { IncludeState = false });
        var writers = endpoints.Distinct(StringComparer.Ordinal).ToDictionary(
            name => name, name => feeds.GetOrAdd(new EndpointId(name), new LimitSettings()).Begin(), StringComparer.Ordinal);
        foreach (var name in endpoints)
            await writers[name].PublishAsync(MessageKind.Text, "x"u8.ToArray());
        var events = new List<FeedEvent>();
        while (subscription.TryRead(out var feedEvent))
            events.Add(feedEvent);
        return events;
    }
}
