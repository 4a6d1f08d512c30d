using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Feeds.Actors;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Tests.Serialization;

/// <summary>
/// Messages that another process may send or receive. The suites of supervisor,
/// connections, governor and feeds also run with <c>akka.actor.serialize-messages = on</c>.
/// </summary>
public sealed partial class MessageSerializationTests() : Akka.TestKit.Xunit2.TestKit(VirtualTime.WithSerialization)
{
    private static readonly EndpointId Id = new("prices");

    private static readonly EndpointSettings Settings = new()
    {
        Id = Id,
        Url = new Uri("wss://a/?x=1"),
        Urls = [new Uri("wss://a/?x=1"), new Uri("wss://b")],
        Headers = new ValueMap<SecretValue>(
            [new("Authorization", new SecretValue(SecretSource.File, "/run/token", "Bearer "))], StringComparer.OrdinalIgnoreCase),
        Labels = new ValueMap<string>([new("venue", "x"), new("kind", "y")]),
        OnOpen = [new DialogueStep(OutboundMessage.Text("log in"), new MessagePattern.Text("welcome"), TimeSpan.FromSeconds(3))],
        OnClose =
        [
            OutboundMessage.Binary(new byte[] { 0, 255 }),
            MessageTemplate.Text("bye @{env.T} @@{"),
            MessageTemplate.Json("[\"@{file:/t}\"]"),
            MessageTemplate.Text("@@{"),
        ],
        Heartbeat = new HeartbeatSettings
        {
            Mode = HeartbeatMode.Json,
            Timeout = null,
            Send = OutboundMessage.Text("{}"),
            Expect = new MessagePattern.Any(
            [
                new MessagePattern.Json([new JsonExpectation("/id", "{\"above\":1}")]) { After = "42" },
                new MessagePattern.All([new MessagePattern.Bytes("0?"), new MessagePattern.TextWhere("{\"prefix\":\"a\"}")]),
                new MessagePattern.Text("b"),
            ]),
        },
        Enabled = false,
        Failover = new FailoverSettings { Back = null },
        Tcp = new TcpSettings { KeepAlive = null },
        Framing = new FramingSettings { Decode = FrameCoding.ZlibStream, Split = MessageSplit.Behind("\u001e"), EndWith = "\n" },
        Timeouts = new TimeoutSettings
        {
            DataIdle = new DataIdleSettings(TimeSpan.FromMinutes(1)) { QuietHours = [new(new(22, 0), new(6, 30))] },
        },
        MaxAge = new RotationSettings(TimeSpan.FromHours(23), 0.1, TimeSpan.FromSeconds(2)) { DuplicateKey = "/id" },
        Outcomes = new OutcomeSettings(
            [new() { HttpStatus = [401, new(500, 599)], Failure = [FailureLayer.Tls], Then = OutcomeAction.NextUrl }], OutcomeAction.Stop),
    };

    public static TheoryData<object> Messages =>
    [
        new SettingsChanged(Settings, new Rate(5, TimeSpan.FromSeconds(1)), ChangeEffect.Reconnect),
        new AddEndpoint(Settings),
        new ApplyConfiguration(
            [Settings],
            ValueMap.By(group => group.Name, [new GroupSettings { Name = "g", SendRate = new Rate(5, TimeSpan.FromSeconds(1)) }]),
            new SupervisorSettings { StartSpread = TimeSpan.Zero })
        {
            Known = new KnownChanges(new EndpointChanges([Id], [], [new(Id, new(ChangeEffect.Live, ["enabled"]))], 3), Base: 7),
        },
        new ConfigurationApplied(new EndpointChanges([Id], [Id], [], 1), Revision: 8) { ComparedAgain = true },
        new SendTo(Id, OutboundMessage.Binary(new byte[] { 1, 2, 3 })),
        new SubscribeTo(Id, "trades", "BTC-USDT"),
        new StateChanged(
            Id,
            Incarnation: 7,
            From: ConnectionState.Open,
            To: ConnectionState.BackingOff,
            Attempt: 2,
            CloseCause.Refresh("because"),
            RetryIn: TimeSpan.Zero,
            DateTimeOffset.UnixEpoch),
        new TakeOver(
            new ConnectionStatus(
                ConnectionState.AwaitingPong, DateTimeOffset.UnixEpoch, 3, 1, "wss://a", "v1", CloseCause.NoRoom("x"), null, null, "", 1)
            {
                Address = new IPEndPoint(IPAddress.IPv6Loopback, 443),
            }),
        new FeedAck(5),
        GetEndpoints.Instance,
        new GovernorReport(
            Waiting: 2,
            Connecting: 1,
            MaxConnecting: 3,
            NoRoom: "short",
            [new(GovernorScope.Host, "h", TokenBucket.Full(new Rate(1, TimeSpan.FromSeconds(1)), 5, TimeSpan.Zero), new(default, "429"))],
            [new QueuePlace(Id, 1, "budget", null)]),
        new SessionList(
        [
            new EndpointSession(Id, new([new("session.id", new SessionValue(SessionValueKind.Json, "1.50"))]), 7, new([new("", 1)])),
            new EndpointSession(Id, ValueMap<SessionValue>.Empty, Sequence: null, ValueMap<long>.Empty),
        ]),
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_arrives_as_it_was(object message)
    {
        Assert.Equal(message, AcrossTheWire(message));
    }

    [Fact]
    public void Every_public_record_of_the_message_files_is_a_serializable_message_or_a_part_of_one()
    {
        Type[] parts = [typeof(KnownChanges), typeof(EndpointFigures)];
        var messages = Directory
            .GetFiles(Source(), "*Messages.cs", SearchOption.AllDirectories)
            .SelectMany(file => PublicRecord().Matches(File.ReadAllText(file)))
            .Select(match => typeof(AddEndpoint).Assembly.GetExportedTypes().Single(type => type.Name == match.Groups[1].Value))
            .Except(parts)
            .ToList();

        Assert.InRange(messages.Count, 30, 100);
        Assert.All(messages, message => Assert.True(message.IsAssignableTo(typeof(ISerializableMessage)), message.Name));
    }

    [Fact]
    public void Header_names_still_ignore_case_after_serialization()
    {
        var arrived = AcrossTheWire(new AddEndpoint(Settings));

        Assert.True(arrived.Settings.Headers.ContainsKey("AUTHORIZATION"));
        Assert.False(arrived.Settings.Labels.ContainsKey("VENUE"));
    }

    [Fact]
    public void A_subscription_arrives_with_its_subscriber_and_what_it_asks_for()
    {
        var options = new SubscriptionOptions { Capacity = 7, IncludeState = false };

        var one = AcrossTheWire(new SubscribeToFeed(TestActor, Id) { Options = options, Window = 3 });
        var many = AcrossTheWire(new SubscribeToFeed(TestActor, LabelSelector.Parse("venue=x, !kind")));

        Assert.Equal((TestActor, Id, options, 3), (one.Subscriber, one.Endpoint, one.Options, one.Window));
        Assert.Equal((TestActor, null, "venue=x, !kind"), (many.Subscriber, many.Endpoint, many.Selector?.ToString()));
    }

    [Fact]
    public void A_delivery_arrives_with_its_number_time_and_content()
    {
        var source = FeedSource.Of("run-1", Id, 4);
        var gap = new FeedGap(GapReason.Disconnected, 8, null, 7, "cut", TimeSpan.FromSeconds(1.5));
        var missing = new FeedGap(GapReason.Missing, 8, null, 7, "3 is missing", TimeSpan.Zero) { Numbers = new MissingNumbers(3, 3) };
        FeedEvent[] events =
        [
            FeedEvent.Message(source, 7, 700, MessageKind.Text, Encoding.UTF8.GetBytes("{\"a\":1}")),
            FeedEvent.Message(source, 9, 900, MessageKind.Binary, new byte[] { 0, 200 }),
            FeedEvent.Detailed(source.With(gap), 8, 800),
            FeedEvent.Detailed(source.With(missing), 8, 800),
            FeedEvent.Detailed(source.With(new FeedState(FeedState.BackingOff, "cut")), 8, 800),
            FeedEvent.Detailed(source.With("shutting down"), 9, 901),
        ];

        var arrived = events.Select(feedEvent => AcrossTheWire(new FeedDelivery(2, feedEvent)).Event);

        Assert.Equal(events.Select(Content), arrived.Select(Content));
    }

    [GeneratedRegex(@"^public sealed record (\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicRecord();

    private static string Source([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/ActorHeartbeat");

    private static (string Name, string Id, DateTimeOffset At, string Payload, FeedGap? Gap, FeedState? State, string? Reason) Content(
        FeedEvent each) =>
        ($"{each}", each.Id, each.Time, Convert.ToHexString(each.Payload.Span), each.Gap, each.State, each.DrainReason);

    private T AcrossTheWire<T>(T message)
        where T : class
    {
        var serializer = Sys.Serialization.FindSerializerFor(message);
        return (T)serializer.FromBinary(serializer.ToBinary(message), message.GetType());
    }
}
