using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>The internet as the dialer sees it: faults drawn from the seed, and a witness at every seam.</summary>
internal sealed class SimulatedNetwork : IDialer, IAttemptResolver
{
    /// <summary>The message with which a server asks for a sign of life.</summary>
    public const string Question = "are you there?";

    private static readonly int[] Codes = [1000, 1001, 1006, 1008, 1011, 1012, 1013, 4000, 4099, 4500, 3000];
    private static readonly int[] Statuses = [401, 404, 429, 500, 502, 503];

    /// <summary>Keeps answers off the exact deadline, where either outcome would be right.</summary>
    private static readonly TimeSpan BesideDeadlines = TimeSpan.FromMilliseconds(3);

    /// <summary>
    /// Has a fraction of a millisecond that no other time has, so that no question arrives in the instant when a heartbeat is due.
    /// </summary>
    private static readonly TimeSpan QuestionInterval = TimeSpan.FromMinutes(3) + TimeSpan.FromTicks(5_003);

    private readonly ActorSimulation _simulation;
    private readonly Random _random;
    private readonly Invariants _invariants;
    private readonly ScriptedNetwork _scripted;
    private readonly Dictionary<EndpointId, Venue> _venues = [];
    private TimeSpan _outageUntil;

    public SimulatedNetwork(ActorSimulation simulation, Invariants invariants)
    {
        (_simulation, _random, _invariants) = (simulation, new Random(simulation.Seed ^ 0x5EED), invariants);
        _scripted = new ScriptedNetwork(After) { Otherwise = Draw };
    }

    /// <summary>Once true, no new fault starts; existing faults last until they are noticed.</summary>
    public bool IsHealthy { get; private set; }

    /// <summary>Pending timers of the simulated world, not of the library.</summary>
    public int PendingTimers { get; private set; }

    public IReadOnlyList<string> Violations => _scripted.Violations;

    /// <summary>Ends all faults that can end.</summary>
    public void Heal()
    {
        IsHealthy = true;
        foreach (var venue in _venues.Values)
            venue.Heal();
    }

    public void BeginOutage(TimeSpan length) => _outageUntil = _simulation.Time + length;

    public ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation)
    {
        _invariants.AttemptBegan(attempt.Settings, attempt.Url);
        if (!IsHealthy && _random.Next(200) == 0)
            throw new InvalidOperationException("the secret is not there");
        return new ValueTask<DialRequest>(new DialRequest(attempt.Settings, attempt.Url, []));
    }

    public async Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        var witness = _invariants.Dialed(request, (ConnectionLink)observer);
        var result = await _scripted.DialAsync(request, witness, cancellation);
        if (result is not DialResult.Connected connected)
        {
            witness.Refused();
            witness.Gone();
            return result;
        }
        witness.Accepted((ScriptedConnection)connected.Connection);
        if (KeyWords.Of(request.Settings) is not null)
            witness.Line = VenueOf(request.Settings.Id).Accept((ScriptedConnection)connected.Connection);
        return new DialResult.Connected(witness);
    }

    private Venue VenueOf(EndpointId id)
    {
        if (_venues.TryGetValue(id, out var known))
            return known;
        var number = Fleet.NumberOf(id);
        var wanted = _invariants.WantedOf(id);
        var venue = new Venue(number, () => wanted.Words, new Random((_simulation.Seed * 101) + number), After, () => _simulation.Time)
        {
            IsHealthy = IsHealthy,
        };
        _invariants.Opened(id, venue);
        venue.Run();
        return _venues[id] = venue;
    }

    private DialScript Draw(DialRequest request)
    {
        if (IsHealthy)
            return DialScript.AcceptWith(Live).After(Milliseconds(5, 500));
        var isOut = _simulation.Time < _outageUntil;
        return (isOut ? _random.Next(4) : _random.Next(40)) switch
        {
            0 => DialScript
                .Refuse(Statuses[_random.Next(Statuses.Length)], _random.Next(2) == 0 ? $"{_random.Next(1, 90)}" : null)
                .After(Milliseconds(5, 500)),
            1 => DialScript.Hang,
            2 => DialScript.Fail(FailureLayer.Tcp, "refused").After(Milliseconds(1, 100)),
            3 when isOut => DialScript.Fail(FailureLayer.Dns, "no such host"),
            3 => DialScript.AcceptWith(Live).After(TimeSpan.FromSeconds(9) + Milliseconds(0, 2000)),
            _ => DialScript.AcceptWith(Live).After(Milliseconds(5, 500)),
        };
    }

    private void Live(ScriptedConnection connection)
    {
        connection.PongAfter = Milliseconds(1, 400);
        connection.AnswersClose = IsHealthy || _random.Next(10) != 0;
        var isMute = !IsHealthy && _random.Next(30) == 0;
        connection.Answers = text => isMute ? null : text switch { "ping" => "pong", "hello" => "welcome", _ => null };
        var source = new Source();
        SendData(connection, source);
        Ask(connection, source);
        if (!IsHealthy)
            After(TimeSpan.FromSeconds(Exponential(_random.Next(8) == 0 ? 20 : 5400)), () => Strike(connection, source));
    }

    private void SendData(ScriptedConnection connection, Source source) => After(TimeSpan.FromSeconds(Exponential(200)), () =>
    {
        if (connection.IsEnded || source.IsDry)
            return;
        if (connection.IsStarted)
            connection.DeliverText($"{++source.Number}");
        SendData(connection, source);
    });

    private void Ask(ScriptedConnection connection, Source source) => After(QuestionInterval, () =>
    {
        if (connection.IsEnded || source.IsDry)
            return;
        if (connection.IsStarted)
            connection.DeliverText(Question);
        Ask(connection, source);
    });

    private void Strike(ScriptedConnection connection, Source source)
    {
        if (IsHealthy || connection.IsEnded)
            return;
        switch (_random.Next(8))
        {
            case 0 or 1:
                connection.PeerClose(Codes[_random.Next(Codes.Length)]);
                break;
            case 2:
                connection.Lose();
                break;
            case 3:
                connection.GoHalfOpen();
                break;
            case 4:
                connection.PongAfter = null;
                connection.Answers = _ => null;
                break;
            case 5:
                connection.PongAfter = TimeSpan.FromSeconds(_random.Next(1, 60)) + BesideDeadlines;
                break;
            case 6:
                source.IsDry = true; // pongs hide this unless data is expected
                break;
            default:
                connection.DeliverPong(_random.Next(1, 50));
                connection.DeliverActivity();
                break;
        }
        After(TimeSpan.FromSeconds(Exponential(3600)), () => Strike(connection, source));
    }

    private void After(TimeSpan delay, Action action)
    {
        PendingTimers++;
        _simulation.System.Scheduler.Advanced.ScheduleOnce(delay, () =>
        {
            PendingTimers--;
            action();
        });
    }

    private TimeSpan Milliseconds(int from, int to) => TimeSpan.FromMilliseconds(_random.Next(from, to));

    private double Exponential(double mean) => Math.Min(20 * mean, -Math.Log(1 - _random.NextDouble()) * mean) + 0.001;

    /// <summary>The data source of one connection; it may dry up while the connection lives.</summary>
    private sealed class Source
    {
        public long Number { get; set; }

        public bool IsDry { get; set; }
    }
}
