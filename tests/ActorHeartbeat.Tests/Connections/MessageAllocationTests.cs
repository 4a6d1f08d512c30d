using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>A message costs no allocation where nobody listens.</summary>
public sealed class MessageAllocationTests() : Akka.TestKit.Xunit2.TestKit(VirtualTime.Configuration)
{
    private static readonly EndpointSettings Plain = new() { Id = new EndpointId("prices"), Url = new Uri("ws://in-memory") };

    private static readonly byte[] Message = Encoding.UTF8.GetBytes(
        """{"e":"trade","E":1795905781250,"s":"BNBBTC","t":12345,"p":"0.001","q":[{"deep":[1,2.5,null]}],"m":true,"event":"trade"}""");

    private readonly ScriptedNetwork _network = new();

    public static TheoryData<string> Settings => [.. All.Keys];

    private static Dictionary<string, EndpointSettings> All => new()
    {
        ["no rule"] = Plain,
        ["3 rules whose texts are not there"] = Plain with
        {
            OnMessage = [Rule("/event", "\"a\""), Rule("/op", "1"), Rule("/ping", Exists)],
        },
        ["3 rules that look"] = Plain with { OnMessage = [Rule("/s", "\"trade\""), Rule("/t", "1"), Rule("/q/0/deep", "null")] },
        ["conditions"] = Plain with
        {
            OnMessage =
            [
                Rule("/e", """{"prefix":"x","suffix":"y"}"""), Rule("/e", """{"contains":"z"}"""), Rule("/e", """{"regex":"^a"}"""),
                Rule("/t", """{"above":12345}"""), Rule("/t", """{"one-of":[1,2]}"""), Rule("/p", """{"not":"0.001"}"""),
                Rule("/q/1", Exists), Rule("/m", """{"type":"null"}"""),
            ],
        },
        ["a rule that matches"] = Plain with { OnMessage = [Rule("/s", "\"trade\""), Rule("/e", "\"trade\"")] },
        ["a match of several"] = Plain with
        {
            OnMessage = [new MessageRule { Match = new MessagePattern.Any([Json("/s", "\"trade\""), Json("/e", "\"BNBBTC\"")]) }],
        },
        ["sequence"] = Plain with { Sequence = new SequenceSettings(["/n", "/q/0/deep/1", "/t"]) { Step = 1 } },
        ["sequence without a number"] = Plain with { Sequence = new SequenceSettings(["/seq", "/e"]) },
    };

    private static string Exists => """{"exists":true}""";

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_message_allocates_nothing(string settings)
    {
        var link = await OpenAsync(All[settings], _ => { });

        Assert.Equal(0, Allocated(link));
    }

    [Fact]
    public async Task A_tap_that_nobody_listens_to_any_more_costs_nothing()
    {
        var tap = new ConversationTap();
        var link = await OpenAsync(All["sequence"], plane => plane.Taps.Add(tap));
        Assert.NotEqual(0, Allocated(link));

        tap.Dispose();

        Assert.Equal(0, Allocated(link));
    }

    private static MessagePattern Json(string pointer, string value) => new MessagePattern.Json([new JsonExpectation(pointer, value)]);

    private static MessageRule Rule(string pointer, string value) => new() { Match = Json(pointer, value), Is = MessageRole.Data };

    private static long Allocated(ConnectionLink link)
    {
        for (var warm = 0; warm < 100; warm++)
            Assert.True(link.OnMessageAsync(MessageKind.Text, Message).IsCompletedSuccessfully);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++)
            _ = link.OnMessageAsync(MessageKind.Text, Message);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private async Task<ConnectionLink> OpenAsync(EndpointSettings settings, Action<EndpointPlane> prepare)
    {
        var plane = new EndpointPlane(new FeedRegistry(TimeProvider.System).GetOrAdd(settings.Id, settings.Limits));
        prepare(plane);
        var link = new ConnectionLink(
            new ConnectionId(1), plane, settings, sendRate: null, new SchedulerClock(Sys.Scheduler), attempt: 1, seed: 0,
            Session.Empty, TestActor, ConversationExtensions.Default);
        link.Begin();
        link.Accept(await _network.DialAsync(new DialRequest(settings, settings.Url, []), link, CancellationToken.None));
        link.Start();
        return link;
    }
}
