using System.Net;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Dialing;
using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.Tests.Transport;

public class AddressMemoryTests
{
    private static readonly IPAddress First = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Third = IPAddress.Parse("192.0.2.3");

    private readonly ManualTime _time = new();

    [Fact]
    public void An_address_that_failed_goes_to_the_end_until_it_worked()
    {
        var memory = new AddressMemory(_time);

        Fail(memory, First);
        Assert.Equal([Second, Third, First], Order(memory));
        Fail(memory, Second);
        Assert.Equal([Third, First, Second], Order(memory));
        Fail(memory, First);
        Assert.Equal([Third, Second, First], Order(memory));
        memory.Worked("feed.test", new IPEndPoint(Second, 443));
        Assert.Equal([Second, Third, First], Order(memory));
        Assert.Equal([First, Second, Third], memory.Order("feed.test", 444, [First, Second, Third]));
        Assert.Equal([First, Second, Third], memory.Order("other.test", 443, [First, Second, Third]));
    }

    [Fact]
    public async Task A_failure_is_forgotten_after_its_age()
    {
        var memory = new AddressMemory(_time);
        Fail(memory, First);
        using var due = new CancellationTokenSource(AddressMemory.Age, _time);

        await _time.ElapseAsync(AddressMemory.Age);

        Assert.Equal([First, Second, Third], Order(memory));
    }

    [Fact]
    public void At_the_bound_the_oldest_failure_is_forgotten()
    {
        var memory = new AddressMemory(_time);
        Fail(memory, First);
        Fail(memory, Second);

        for (var port = 1; port < AddressMemory.MaxAddresses; port++)
            memory.Failed("other.test", new IPEndPoint(First, port));

        Assert.Equal([First, Third, Second], Order(memory));
    }

    private static void Fail(AddressMemory memory, IPAddress address) => memory.Failed("feed.test", new IPEndPoint(address, 443));

    private static IReadOnlyList<IPAddress> Order(AddressMemory memory) => memory.Order("feed.test", 443, [First, Second, Third]);
}

/// <summary>Dials a name that resolves to two addresses.</summary>
public sealed class AddressChoiceTests : IDisposable
{
    private static readonly IPAddress Sick = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Well = IPAddress.Parse("127.0.0.3");

    private readonly ManualTime _time = new();
    private readonly WebSocketOpener _opener;

    public AddressChoiceTests() =>
        _opener = new WebSocketOpener(new DialContext(_time, (_, _) => Task.FromResult<IPAddress[]>([Sick, Well])));

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", FailureLayer.Http)]
    [InlineData("HTTP/1.1 101 OK\r\n\r\n", FailureLayer.Protocol)]
    [InlineData("", FailureLayer.Tcp)]
    public async Task After_one_address_failed_above_TCP_the_next_attempt_takes_the_other_one(string answer, FailureLayer layer)
    {
        using var first = new LoopbackServer(address: new IPEndPoint(Sick, 0));
        using var second = new LoopbackServer(address: new IPEndPoint(Well, first.Port));
        var url = new Uri($"ws://feed.test:{first.Port}/");
        var settings = new EndpointSettings { Id = new EndpointId("feed"), Url = url, Proxy = ProxySettings.None };

        var dialing = OpenAsync(settings);
        using (var sick = await first.AcceptAsync())
            await sick.AnswerAsync(answer);
        var failure = (await Assert.ThrowsAsync<DialException>(() => dialing)).Failure;
        var again = OpenAsync(settings);
        using var well = await second.AcceptUpgradedAsync();
        using var opened = await again;

        Assert.Equal((layer, new IPEndPoint(Sick, first.Port)), (failure.Layer, failure.RemoteAddress));
        Assert.StartsWith($"{url.GetLeftPart(UriPartial.Authority)} (127.0.0.2): ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new IPEndPoint(Well, first.Port), opened.Dialed.Address);
    }

    [Theory]
    [InlineData("lost", 1, true)]
    [InlineData("closed by the peer", 9, true)]
    [InlineData("given up", 3600, true)]
    [InlineData("lost", 11, false)]
    [InlineData("closed by the peer", 3600, false)]
    [InlineData("closed by us", 1, false)]
    public async Task An_address_whose_connection_does_not_last_or_is_given_up_goes_to_the_end(string end, int seconds, bool goes)
    {
        using var first = new LoopbackServer(address: new IPEndPoint(Sick, 0));
        using var second = new LoopbackServer(address: new IPEndPoint(Well, first.Port));
        var settings = new EndpointSettings
        {
            Id = new EndpointId("feed"),
            Url = new Uri($"ws://feed.test:{first.Port}/"),
            Proxy = ProxySettings.None,
        };
        var dialing = OpenAsync(settings);
        using (var peer = await first.AcceptUpgradedAsync())
        {
            var observer = new RecordingObserver();
            var connection = new ClientWebSocketConnection(await dialing, settings, observer, _time);
            connection.Start();
            using var due = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), _time);
            await _time.ElapseAsync(TimeSpan.FromSeconds(seconds));
            await (end switch
            {
                "lost" => Do(peer.Reset),
                "given up" => Do(connection.Abort),
                "closed by us" => Do(() => connection.Close(1000, "")),
                _ => peer.SendCloseAsync(1011),
            });
            if (end == "closed by us")
                await peer.SendCloseAsync(1000);
            await observer.EndAsync();
        }

        var again = OpenAsync(settings);
        using var next = await (goes ? second : first).AcceptUpgradedAsync();
        using var opened = await again;

        Assert.Equal(goes ? Well : Sick, opened.Dialed.Address.Address);

        static Task Do(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }

    public void Dispose() => _opener.Dispose();

    private Task<OpenedWebSocket> OpenAsync(EndpointSettings settings) =>
        _opener.OpenAsync(new DialRequest(settings, settings.Url, []), new RecordingObserver(), CancellationToken.None)
            .WaitAsync(WebSocketPeer.Patience);
}
