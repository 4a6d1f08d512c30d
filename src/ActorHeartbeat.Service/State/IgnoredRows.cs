using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Logging;

namespace ActorHeartbeat.Service.State;

/// <summary>Rows of the database that mean nothing: each is left out and told, and stays where it is. It costs no other row.</summary>
internal sealed class IgnoredRows
{
    /// <summary>Maximum number of rows that are told one by one; of the others only the number is.</summary>
    private const int MostTold = 10;

    private const int LongestKey = 100;

    private readonly List<(string Table, string Key, string Problem)> _told = [];
    private int _count;

    public void Add(string table, string key, string problem)
    {
        if (_count++ < MostTold)
            _told.Add((table, PeerText.Of(key, LongestKey), problem));
    }

    /// <summary>One line for each of the first rows, and one for the others.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var (table, key, problem) in _told)
            yield return $"a row of {table} is ignored: {key}: {problem}";
        if (_count > _told.Count)
            yield return $"{_count - _told.Count} more rows are ignored";
    }

    public void Tell(string file, ILogger log)
    {
        foreach (var line in Lines())
            log.StateRowIgnored(file, line);
    }
}
