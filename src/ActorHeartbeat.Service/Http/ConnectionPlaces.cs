using Microsoft.AspNetCore.Connections;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// The places for connections to one listener. A guest that asks for nothing keeps nobody out: a connection must send its first byte in
/// time, and when all places are taken the one that has been idle longest makes room. Some places are kept from streams, which last.
/// </summary>
/// <param name="most">Connections at once.</param>
/// <param name="time">The clock of the deadline.</param>
internal sealed class ConnectionPlaces(int most, TimeProvider time)
{
    /// <summary>How long a new connection may send nothing.</summary>
    public static readonly TimeSpan FirstByte = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _idle = []; // the longest idle first
    private TaskCompletionSource? _room;
    private int _most = most;
    private int _taken;
    private int _leaving; // dropped for a newcomer, and not gone yet
    private int _streams;

    /// <summary>Whether only health is served here.</summary>
    public bool IsForHealthOnly { get; init; }

    /// <summary>When it is cancelled, every connection is dropped.</summary>
    public CancellationToken LastCall { get; init; }

    /// <summary>Connections at once; a lower number makes itself felt when the next connection comes.</summary>
    public int Most
    {
        get => Volatile.Read(ref _most);
        set => Volatile.Write(ref _most, value);
    }

    /// <summary>Connections now, without those that make room for another.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Streams now.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Streams at once: an eighth of the places, at least four, is kept for requests that end.</summary>
    public int MostStreams => Most - Math.Max(4, Most / 8);

    /// <summary>Completes when another connection may be accepted: when those that were dropped for the last one are gone.</summary>
    public Task WaitForRoom()
    {
        lock (_gate)
        {
            if (_leaving == 0)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Gives an accepted connection a place until it is closed, if need be that of the longest idle one.</summary>
    /// <returns>False when every other connection is busy.</returns>
    public bool TryTake(ConnectionContext connection)
    {
        var place = new Place(this, connection);
        List<Place> evicted = [];
        lock (_gate)
        {
            while (_taken >= Most && _idle.First?.Value is { } idle)
            {
                StayAwake(idle);
                idle.IsEvicted = true;
                _taken--;
                _leaving++;
                evicted.Add(idle);
            }
            if (_taken < Most)
            {
                _taken++;
                place.Idle = _idle.AddLast(place);
            }
        }
        foreach (var idle in evicted)
            idle.Connection.Abort(new ConnectionAbortedException("another connection needs the place"));
        if (place.Idle is null)
            return false;
        connection.Features.Set(place);
        connection.ConnectionClosed.UnsafeRegister(static place => ((Place)place!).Leave(), place);
        return true;
    }

    /// <summary>Serves a connection; drops it when it sends nothing.</summary>
    public async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        await using var dropped = LastCall.UnsafeRegister(
            static connection => ((ConnectionContext)connection!).Abort(new ConnectionAbortedException("the service ends")), connection);
        if (await SendsSomething(connection))
            await next(connection);
        else
            connection.Abort();
    }

    /// <summary>Marks the connection of a request as busy while the request is served.</summary>
    public static async Task Occupy(HttpContext http, RequestDelegate next)
    {
        var place = http.Features.Get<Place>();
        place?.Begin();
        try
        {
            await next(http);
        }
        finally
        {
            place?.End();
        }
    }

    /// <summary>The places of the listener that a request came to; null for a server without places.</summary>
    public static ConnectionPlaces? Of(HttpContext http) => http.Features.Get<Place>()?.Places;

    /// <summary>Takes the place of a stream; null when no more streams may begin. Disposing the result gives it back.</summary>
    public IDisposable? TakeStream()
    {
        lock (_gate)
        {
            if (_streams >= MostStreams)
                return null;
            _streams++;
            return new StreamPlace(this);
        }
    }

    private void StayAwake(Place place)
    {
        if (place.Idle is { } idle)
            _idle.Remove(idle);
        place.Idle = null;
    }

    private async Task<bool> SendsSomething(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(FirstByte, time);
        try
        {
            var input = connection.Transport.Input;
            var read = await input.ReadAsync(deadline.Token);
            input.AdvanceTo(read.Buffer.Start); // looked at, not taken
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return false; // too late, or gone
        }
    }

    /// <summary>The place of one connection.</summary>
    private sealed class Place(ConnectionPlaces places, ConnectionContext connection)
    {
        private int _requests; // one at a time over HTTP/1.1
        private bool _isLeft;

        public ConnectionPlaces Places { get; } = places;

        public ConnectionContext Connection { get; } = connection;

        /// <summary>Where it stands among the idle ones; null while it is busy, and when it has been dropped.</summary>
        public LinkedListNode<Place>? Idle { get; set; }

        public bool IsEvicted { get; set; }

        public void Begin()
        {
            lock (Places._gate)
            {
                if (_requests++ == 0)
                    Places.StayAwake(this);
            }
        }

        public void End()
        {
            lock (Places._gate)
            {
                if (--_requests == 0 && !_isLeft && !IsEvicted)
                    Idle = Places._idle.AddLast(this);
            }
        }

        public void Leave()
        {
            TaskCompletionSource? room = null;
            lock (Places._gate)
            {
                _isLeft = true;
                Places.StayAwake(this);
                if (!IsEvicted)
                    Places._taken--;
                else if (--Places._leaving == 0)
                    (room, Places._room) = (Places._room, null);
            }
            room?.SetResult();
        }
    }

    private sealed class StreamPlace(ConnectionPlaces places) : IDisposable
    {
        public void Dispose()
        {
            lock (places._gate)
                places._streams--;
        }
    }
}
