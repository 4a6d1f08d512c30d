using System.IO.Pipelines;
using ActorHeartbeat.Service.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace ActorHeartbeat.Service.Tests;

public class ConnectionPlacesTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task When_all_places_are_taken_the_connection_that_is_idle_longest_makes_room()
    {
        var places = new ConnectionPlaces(2, TimeProvider.System);
        var (first, second, third) = (new Guest(places), new Guest(places), new Guest(places));
        await first.Served;
        await second.Served;

        await third.Served;

        await first.Gone;
        Assert.False(second.IsGone);
        Assert.False(third.IsGone);
    }

    [Fact]
    public async Task A_connection_with_a_request_keeps_its_place_while_another_is_idle()
    {
        var places = new ConnectionPlaces(2, TimeProvider.System);
        var (idle, busy) = (new Guest(places), new Guest(places));
        await busy.Served;
        await idle.Served;
        busy.Request();

        await new Guest(places).Served;

        await idle.Gone;
        Assert.False(busy.IsGone);
    }

    [Fact]
    public async Task One_that_has_just_come_may_ask_first_and_the_request_that_has_lasted_longer_makes_room()
    {
        var places = new ConnectionPlaces(2, TimeProvider.System);
        var busy = new Guest(places);
        await busy.Served;
        busy.Request();
        var idle = new Guest(places);
        await idle.Served;

        await new Guest(places).Served;

        await busy.Gone;
        Assert.False(idle.IsGone);
    }

    [Fact]
    public async Task When_none_is_idle_the_request_that_has_lasted_longest_makes_room()
    {
        var places = new ConnectionPlaces(2, TimeProvider.System);
        var (first, second) = (new Guest(places), new Guest(places));
        await first.Served;
        await second.Served;
        second.Request(); // its connection came later, its request first
        first.Request();

        await new Guest(places).Served;

        await second.Gone;
        Assert.False(first.IsGone);
    }

    [Fact]
    public async Task A_stream_keeps_its_place_until_it_ends_and_a_newcomer_without_room_is_dropped()
    {
        var places = new ConnectionPlaces(9, TimeProvider.System);
        var stream = new Guest(places);
        await stream.Served;
        var streaming = stream.Stream(places);
        places.Most = 1;

        await new Guest(places).Gone;
        Assert.False(stream.IsGone);

        streaming.Dispose();
        await new Guest(places).Served;
        await stream.Gone;
    }

    [Fact]
    public async Task With_fewer_places_idle_connections_make_room_at_once_and_nobody_waits_for_the_busy()
    {
        var places = new ConnectionPlaces(4, TimeProvider.System);
        var guests = Enumerable.Range(0, 4).Select(_ => new Guest(places)).ToArray();
        foreach (var guest in guests)
            await guest.Served;
        guests[0].Request();

        places.Most = 2;
        await places.WaitForRoom().WaitAsync(Deadline);
        var newcomer = new Guest(places);

        await newcomer.Served;
        await Task.WhenAll(guests[1..].Select(guest => guest.Gone));
        await places.WaitForRoom().WaitAsync(Deadline);
        Assert.False(guests[0].IsGone);
        Assert.Equal(2, places.Taken);
    }

    [Fact]
    public async Task A_place_is_free_again_when_its_connection_ends()
    {
        var places = new ConnectionPlaces(1, TimeProvider.System);
        for (var round = 0; round < 3; round++)
        {
            var guest = new Guest(places);
            await guest.Served;
            guest.Request();
            guest.Leave();
            await guest.Gone;
            await places.WaitForRoom();
        }
    }

    [Fact]
    public async Task A_connection_that_sends_nothing_is_dropped_after_the_deadline()
    {
        var time = new ManualTime();
        var silent = new Guest(new ConnectionPlaces(10, time), sends: false);

        time.Fire();

        await silent.Gone;
        Assert.False(silent.Served.IsCompleted);
        Assert.Equal(ConnectionPlaces.FirstByte, time.Due);
    }

    [Fact]
    public void Some_places_are_kept_from_streams()
    {
        var places = new ConnectionPlaces(16, TimeProvider.System);
        var streams = Enumerable.Range(0, 8).Select(_ => places.TakeStream(new DefaultHttpContext())).ToArray();
        Assert.DoesNotContain(null, streams);

        Assert.Null(places.TakeStream(new DefaultHttpContext()));
        streams[0]!.Dispose();
        Assert.NotNull(places.TakeStream(new DefaultHttpContext()));
    }

    [Theory]
    [InlineData(null, 100_000, 2048)]
    [InlineData(1_048_576, 1000, 2048)]
    [InlineData(1024, 100, 440)] // 1024 - 256 - 128 - 200
    [InlineData(330, 300, 16)]
    [InlineData(65_536, 2_000_000_000, 16)]
    public void The_API_has_the_places_that_the_endpoints_leave(int? limit, int endpoints, int places) =>
        Assert.Equal(places, HttpLimits.Connections(limit, endpoints));

    /// <summary>One connection as the server sees it.</summary>
    private sealed class Guest
    {
        private readonly DefaultConnectionContext _connection = new();
        private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guest(ConnectionPlaces places, bool sends = true)
        {
            var pipe = new Pipe();
            _connection.Transport = new Duplex(pipe.Reader, pipe.Writer);
            _connection.ConnectionClosed.Register(() => _gone.TrySetResult());
            if (sends)
                pipe.Writer.WriteAsync("GET"u8.ToArray()).AsTask().Wait(Deadline);
            if (places.TryTake(_connection))
                _ = Serve(places);
            else
                _gone.SetResult();
        }

        public Task Served => _served.Task.WaitAsync(Deadline);

        public Task Gone => _gone.Task.WaitAsync(Deadline);

        public bool IsGone => _gone.Task.IsCompleted;

        public void Leave() => _connection.Abort();

        private Task Serve(ConnectionPlaces places) => places.Serve(_connection, async _ =>
        {
            _served.SetResult();
            await _gone.Task;
        });

        /// <summary>Begins a request that does not end.</summary>
        public HttpContext Request()
        {
            var http = new DefaultHttpContext(_connection.Features);
            _ = ConnectionPlaces.Occupy(http, _ => _gone.Task);
            return http;
        }

        /// <summary>Begins a request that is a stream until the result is disposed.</summary>
        public IDisposable Stream(ConnectionPlaces places) => places.TakeStream(Request())!;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>A clock whose one timer fires when the test says so.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private Action? _fire;

        public TimeSpan Due { get; private set; }

        public void Fire() => _fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            _fire = () => callback(state);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
