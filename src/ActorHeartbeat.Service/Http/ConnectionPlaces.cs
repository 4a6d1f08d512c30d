using Microsoft.AspNetCore.Connections;

namespace ActorHeartbeat.Service.Http;

/// <summary>
/// The places for connections to one listener. A guest that asks for nothing keeps nobody out: a connection must send its first byte in
/// time, and when all places are taken the one that has been idle longest makes room. Where none is idle, the request that has lasted
/// longest does: a request ends in milliseconds, unless its guest sends or reads too slowly. Streams last and keep their places, of which
/// some are kept from them.
/// </summary>
/// <param name="most">Connections at once.</param>
/// <param name="time">The clock of the deadline.</param>
internal sealed class ConnectionPlaces(int most, TimeProvider time)
{
    /// <summary>How long a new connection may send nothing.</summary>
    public static readonly TimeSpan FirstByte = TimeSpan.FromSeconds(5);

    private const int LeastForRequests = 8;

    /// <summary>How long one that is idle may be about to ask: it counts like one with a request.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time;
    private readonly LinkedList<Place> _idle = []; // the longest idle first
    private readonly LinkedList<Place> _busy = []; // those with a request that is no stream, the longest first
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

    /// <summary>Streams at once: an eighth of the places, at least eight, is kept for requests that end.</summary>
    public int MostStreams => Most - Math.Max(LeastForRequests, Most / 8);

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

    /// <summary>Gives an accepted connection a place until it is closed, if need be that of another.</summary>
    /// <returns>False when every other connection is a stream.</returns>
    public bool TryTake(ConnectionContext connection)
    {
        var place = new Place(this, connection);
        List<Place> evicted = [];
        var isTaken = false;
        lock (_gate)
        {
            while (_taken >= Most && Longest() is { } longest)
            {
                longest.MoveTo(null);
                longest.IsEvicted = true;
                _taken--;
                _leaving++;
                evicted.Add(longest);
            }
            if (_taken < Most)
            {
                _taken++;
                place.MoveTo(_idle);
                isTaken = true;
            }
        }
        foreach (var other in evicted)
            other.Connection.Abort(new ConnectionAbortedException("another connection needs the place"));
        if (!isTaken)
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

    /// <summary>
    /// Makes a request a stream, which makes room for nobody; null when no more streams may begin. Disposing the result ends it.
    /// </summary>
    public IDisposable? TakeStream(HttpContext http)
    {
        lock (_gate)
        {
            if (_streams >= MostStreams)
                return null;
            _streams++;
            var place = http.Features.Get<Place>();
            place?.MoveTo(null);
            return new StreamPlace(this, place);
        }
    }

    /// <summary>The connection that makes room for another.</summary>
    private Place? Longest()
    {
        var (idle, busy) = (_idle.First?.Value, _busy.First?.Value);
        if (idle is null || busy is null)
            return idle ?? busy;
        return idle.Since < busy.Since || _time.GetElapsedTime(idle.Since) > Beginning ? idle : busy;
    }

    private async Task<bool> SendsSomething(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(FirstByte, _time);
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
        private LinkedListNode<Place>? _node;
        private bool _isLeft;

        public ConnectionPlaces Places { get; } = places;

        public ConnectionContext Connection { get; } = connection;

        /// <summary>Since when it is idle or busy.</summary>
        public long Since { get; private set; }

        public bool IsEvicted { get; set; }

        public void Begin()
        {
            lock (Places._gate)
                MoveTo(Places._busy);
        }

        public void End()
        {
            lock (Places._gate)
                MoveTo(Places._idle);
        }

        /// <summary>Moves it to the end of those that are idle or busy, or away from both. One that is gone stays away.</summary>
        public void MoveTo(LinkedList<Place>? others)
        {
            _node?.List?.Remove(_node);
            Since = Places._time.GetTimestamp();
            _node = _isLeft || IsEvicted ? null : others?.AddLast(this);
        }

        public void Leave()
        {
            TaskCompletionSource? room = null;
            lock (Places._gate)
            {
                _isLeft = true;
                MoveTo(null);
                if (!IsEvicted)
                    Places._taken--;
                else if (--Places._leaving == 0)
                    (room, Places._room) = (Places._room, null);
            }
            room?.SetResult();
        }
    }

    private sealed class StreamPlace(ConnectionPlaces places, Place? place) : IDisposable
    {
        public void Dispose()
        {
            lock (places._gate)
            {
                places._streams--;
                place?.MoveTo(places._busy);
            }
        }
    }
}
