using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ActorHeartbeat.Transport.Dialing;

namespace ActorHeartbeat.Tests.Transport;

public sealed class AddressRaceTests
{
    private static readonly IPAddress First = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Third = IPAddress.Parse("192.0.2.3");

    private readonly ManualTime _time = new();
    private Line? _lateWinner;
    private readonly Channel<IPAddress> _tried = Channel.CreateUnbounded<IPAddress>();
    private readonly ConcurrentDictionary<IPAddress, TaskCompletionSource<Line>> _answers = [];

    [Fact]
    public void Families_alternate_from_the_first_address_on()
    {
        IPAddress[] addresses = [IPAddress.IPv6Loopback, IPAddress.IPv6Any, First, Second, Third];

        Assert.Equal([IPAddress.IPv6Loopback, First, IPAddress.IPv6Any, Second, Third], AddressRace.Interleave(addresses));
    }

    [Fact]
    public async Task A_black_holed_first_address_is_overtaken_after_the_attempt_delay()
    {
        var race = RunAsync(default, First, Second);
        Assert.Equal(First, await TriedAsync());

        await _time.ElapseAsync(AddressRace.AttemptDelay);
        var line = new Line();
        Answer(Second).SetResult(line);

        Assert.Same(line, await race.WaitAsync(WebSocketPeer.Patience));
        Assert.Equal(Second, await TriedAsync());
        Assert.True(Answer(First).Task.IsCanceled);
    }

    [Fact]
    public async Task A_refused_address_makes_way_for_the_next_at_once()
    {
        Answer(First).SetException(new SocketException((int)SocketError.ConnectionRefused));
        var line = new Line();
        Answer(Second).SetResult(line);

        Assert.Same(line, await RunAsync(default, First, Second).WaitAsync(WebSocketPeer.Patience));
    }

    [Fact]
    public async Task A_slow_first_address_can_still_win()
    {
        var race = RunAsync(default, First, Second);
        await BothTriedAsync();

        var line = new Line();
        Answer(First).SetResult(line);

        Assert.Same(line, await race.WaitAsync(WebSocketPeer.Patience));
        Assert.True(Answer(Second).Task.IsCanceled);
    }

    [Fact]
    public async Task A_loser_that_connected_after_all_is_disposed()
    {
        var (late, winner) = (new Line(), new Line());
        var race = RunAsync(default, First, Second);
        await BothTriedAsync();

        _lateWinner = late;
        Answer(First).SetResult(winner);

        Assert.Same(winner, await race.WaitAsync(WebSocketPeer.Patience));
        Assert.Equal((false, true), (winner.IsDisposed, late.IsDisposed));
    }

    [Fact]
    public async Task When_every_address_fails_each_reason_is_reported()
    {
        Answer(First).SetException(new SocketException((int)SocketError.ConnectionRefused));
        Answer(Second).SetException(new SocketException((int)SocketError.HostUnreachable));

        var failed = await Assert.ThrowsAsync<AggregateException>(() => RunAsync(default, First, Second).WaitAsync(WebSocketPeer.Patience));

        Assert.Equal(
            [SocketError.ConnectionRefused, SocketError.HostUnreachable],
            failed.InnerExceptions.Cast<SocketException>().Select(reason => reason.SocketErrorCode));
    }

    [Fact]
    public async Task Cancellation_ends_every_attempt()
    {
        using var cancellation = new CancellationTokenSource();
        var race = RunAsync(cancellation.Token, First, Second, Third);
        await BothTriedAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race.WaitAsync(WebSocketPeer.Patience));
        Assert.True(Answer(First).Task.IsCanceled && Answer(Second).Task.IsCanceled);
        Assert.False(_tried.Reader.TryRead(out _));
    }

    private Task<Line> RunAsync(CancellationToken cancellation, params IPAddress[] addresses) =>
        AddressRace.RunAsync(addresses, ConnectAsync, _time, cancellation);

    private Task<IPAddress> TriedAsync() => _tried.Reader.ReadAsync().AsTask().WaitAsync(WebSocketPeer.Patience);

    private async Task BothTriedAsync()
    {
        Assert.Equal(First, await TriedAsync());
        await _time.ElapseAsync(AddressRace.AttemptDelay);
        Assert.Equal(Second, await TriedAsync());
    }

    private TaskCompletionSource<Line> Answer(IPAddress address) =>
        _answers.GetOrAdd(address, static _ => new TaskCompletionSource<Line>(TaskCreationOptions.RunContinuationsAsynchronously));

    private Task<Line> ConnectAsync(IPAddress address, CancellationToken cancellation)
    {
        var answer = Answer(address);
        cancellation.Register(() => _ = _lateWinner is { } late ? answer.TrySetResult(late) : answer.TrySetCanceled(cancellation));
        _tried.Writer.TryWrite(address);
        return answer.Task;
    }

    private sealed class Line : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
