using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>One connection of a <see cref="Venue"/>: what was asked of it in which order, and what it gives.</summary>
/// <param name="venue">The server.</param>
/// <param name="connection">The socket.</param>
/// <param name="run">The run of its numbers where each connection has its own; null where all share one.</param>
/// <param name="after">Runs an action after a delay.</param>
/// <param name="clock">The time.</param>
internal sealed class VenueLine(
    Venue venue,
    ScriptedConnection connection,
    long? run,
    Action<TimeSpan, Action> after,
    Func<TimeSpan> clock)
{
    private readonly List<string> _given = [];
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _own = new(StringComparer.Ordinal);
    private TimeSpan _heardUntil, _saidUntil;

    /// <summary>The keys that it gives.</summary>
    public IReadOnlyCollection<string> Given => _given;

    public bool IsOver => connection.IsEnded;

    /// <summary>Whether it has lost a key, or not noticed an asking for it, without a word.</summary>
    public bool HasForgotten(string key) => _forgotten.Contains(key);

    private bool IsFaulty => !venue.IsHealthy;

    /// <summary>Takes a message that has gone out; the server looks at it a little later, one after the other.</summary>
    public void Hear(Asking asking)
    {
        if (connection.IsHalfOpen || IsOver)
            return;
        var thinks = IsFaulty && venue.Random.Next(60) == 0 ? venue.Random.Next(3000, 12_000) : venue.Random.Next(2, 300);
        _heardUntil = Later(_heardUntil, thinks);
        after(_heardUntil - clock(), () => Answer(asking));
    }

    /// <summary>Says the next number of a key, if it gives the key.</summary>
    public void Publish(string key, long number, long sharedRun)
    {
        if (!_given.Contains(key) || _silent.Contains(key) || IsOver)
            return;
        var counted = number;
        if (run is not null)
            counted = _own[key] = _own.GetValueOrDefault(key) + 1;
        // Nobody could know that the first number is not the first.
        if (IsFaulty && counted > 1 && venue.Random.Next(40) == 0)
            return;
        var news = new KeyNews(KeyNewsKind.Data, key, counted, run ?? sharedRun);
        Say(news);
        if (IsFaulty && venue.Random.Next(100) == 0)
            Say(news);
    }

    /// <summary>Ends a key on its own.</summary>
    public void EndSome()
    {
        if (_given.Count == 0)
            return;
        var key = _given[venue.Random.Next(_given.Count)];
        if (venue.Random.Next(2) == 0)
            venue.RefuseForAWhile(key);
        Refuse(key);
    }

    /// <summary>Loses a key without a word, or gives it no more and still knows it.</summary>
    public void ForgetSome()
    {
        if (!venue.MayForget || _given.Count == 0)
            return;
        var key = _given[venue.Random.Next(_given.Count)];
        if (venue.Random.Next(2) == 0)
            Forget(key);
        else
            _silent.Add(key);
    }

    public void Close() => connection.PeerClose(1012);

    private void Answer(Asking asking)
    {
        if (IsOver)
            return;
        if (asking.IsCancelling)
        {
            _given.RemoveAll(asking.Keys.Contains);
            return;
        }
        var isLost = IsFaulty && venue.MayNotAnswer && venue.Random.Next(25) == 0;
        if (isLost && venue.Random.Next(2) == 0)
        {
            _forgotten.UnionWith(asking.Keys.Except(_given)); // it has not even noticed
            return;
        }
        if (asking.Op == Asking.Set)
            _given.RemoveAll(key => !asking.Keys.Contains(key));
        foreach (var key in asking.Keys)
            Take(key, answers: !isLost && asking.Number is null);
        if (asking.Number is { } number && !isLost)
            Say(new KeyNews(KeyNewsKind.Done, "", number, 0));
    }

    private void Take(string key, bool answers)
    {
        if (venue.Refuses(key))
        {
            Refuse(key);
            return;
        }
        _silent.Remove(key);
        _forgotten.Remove(key);
        if (!_given.Contains(key))
            _given.Add(key);
        if (answers)
            Say(new KeyNews(KeyNewsKind.Accepted, key, 0, 0));
    }

    private void Forget(string key)
    {
        _given.Remove(key);
        _forgotten.Add(key);
    }

    private void Refuse(string key)
    {
        _given.Remove(key);
        Say(new KeyNews(KeyNewsKind.Refused, key, 0, 0));
    }

    private void Say(KeyNews news)
    {
        _saidUntil = Later(_saidUntil, venue.Random.Next(1, 40));
        after(_saidUntil - clock(), () => connection.DeliverText(news.Text));
    }

    /// <summary>A time so many milliseconds from now, but behind the one before.</summary>
    private TimeSpan Later(TimeSpan before, int milliseconds)
    {
        var due = clock() + TimeSpan.FromMilliseconds(milliseconds);
        return due > before ? due : before + TimeSpan.FromTicks(7);
    }
}
