using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// The server of one endpoint: it knows keys, numbers their data, and errs. It refuses keys for a while or for good, ends and forgets
/// accepted ones, leaves askings without an answer, leaves numbers out and says them twice.
/// </summary>
/// <param name="number">Of the endpoint.</param>
/// <param name="words">In which words the client asks; null when it does not any more.</param>
/// <param name="random">Decides its faults.</param>
/// <param name="after">Runs an action after a delay.</param>
/// <param name="clock">The time.</param>
internal sealed class Venue(
    int number, Func<SubscriptionSettings?> words, Random random, Action<TimeSpan, Action> after, Func<TimeSpan> clock)
{
    private const double MeanPause = 25;

    private readonly int _pool = KeyWords.PoolOf(number);
    private readonly Dictionary<string, TimeSpan> _refusedUntil = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly List<VenueLine> _lines = [];
    private readonly bool _countsAnew = random.Next(4) == 0; // on every connection
    private long _run = 1;

    public bool IsHealthy { get; set; }

    public bool CountsAnew => _countsAnew;

    public Random Random => random;

    /// <summary>Whether it may lose a key without a word: the client notices that its data are overdue.</summary>
    public bool MayForget => words() is { Stale: not null };

    /// <summary>Whether it may leave an asking without an answer: the client notices that, too.</summary>
    public bool MayNotAnswer => MayForget || words() is { Expect: not null };

    /// <summary>Whether a key is refused, and always will be.</summary>
    public bool RefusesForGood(string key) => _pool == 9 && key == KeyWords.Key(number % 9);

    public bool Refuses(string key) => RefusesForGood(key) || clock() < _refusedUntil.GetValueOrDefault(key);

    /// <summary>Begins to speak over a new connection.</summary>
    public VenueLine Accept(ScriptedConnection connection)
    {
        _lines.RemoveAll(line => line.IsOver);
        var line = new VenueLine(this, connection, _countsAnew ? ++_run : null, after, clock);
        _lines.Add(line);
        if (!IsHealthy && random.Next(4) == 0)
        {
            connection.HoldsSends = true; // it does not read for a while
            after(TimeSpan.FromMilliseconds(random.Next(500, 20_000)), () =>
            {
                connection.HoldsSends = false;
                connection.ReleaseSends();
            });
        }
        return line;
    }

    /// <summary>Says a number of some key from time to time, for ever.</summary>
    public void Run() => after(TimeSpan.FromSeconds(Math.Min(10 * MeanPause, -Math.Log(1 - random.NextDouble()) * MeanPause) + 0.001), () =>
    {
        var key = KeyWords.Key(random.Next(_pool));
        var next = _numbers[key] = _numbers.GetValueOrDefault(key) + 1;
        foreach (var line in _lines)
            line.Publish(key, next, _run);
        if (!IsHealthy)
            Err();
        Run();
    });

    /// <summary>Heals at once: it refuses no key any more but those that it never takes.</summary>
    public void Heal()
    {
        IsHealthy = true;
        _refusedUntil.Clear();
    }

    public void RefuseForAWhile(string key) => _refusedUntil[key] = clock() + TimeSpan.FromSeconds(random.Next(10, 600));

    private void Err()
    {
        var what = random.Next(4000);
        if (what < 40)
            RefuseForAWhile(KeyWords.Key(random.Next(_pool)));
        if (_lines.Count == 0)
            return;
        var line = _lines[random.Next(_lines.Count)];
        switch (what)
        {
            case >= 40 and < 60:
                line.EndSome();
                break;
            case >= 60 and < 90:
                line.ForgetSome();
                break;
            case 90 when !_countsAnew:
                Restart();
                break;
        }
    }

    /// <summary>Closes every connection and counts from the beginning.</summary>
    private void Restart()
    {
        _run++;
        _numbers.Clear();
        foreach (var line in _lines)
            line.Close();
    }
}
