using System.Globalization;
using ActorHeartbeat.Connections;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>The last day of an endpoint in a few figures, as far as its kept changes of state reach back. Pure.</summary>
/// <param name="Cells">Sixty letters, oldest first: the worst of each 24 minutes, a space where nothing is known.</param>
/// <param name="Uptime">The share of the known time in which it was open; null where nothing is known.</param>
/// <param name="Reconnects">How often it opened again in the last hour.</param>
/// <param name="IsCut">Whether more changes than are kept fall into the last hour.</param>
internal sealed record DaySummary(string Cells, double? Uptime, int Reconnects, bool IsCut)
{
    public const int Count = 60;

    /// <summary>The letters of the cells, the worst first.</summary>
    public const char Down = 'd', Starting = 's', Open = 'o', Unknown = ' ';

    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Hour = TimeSpan.FromHours(1), Cell = Day / Count;

    /// <param name="changes">Oldest first.</param>
    /// <param name="mostKept">How many changes are kept at most.</param>
    /// <param name="now">The end of the day.</param>
    public static DaySummary Of(IReadOnlyList<StateChanged> changes, int mostKept, DateTimeOffset now)
    {
        var cells = new char[Count];
        Array.Fill(cells, Unknown);
        var (open, known) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var index = 0; index < changes.Count; index++)
        {
            var end = index + 1 < changes.Count ? changes[index + 1].At : now;
            var begin = changes[index].At > now - Day ? changes[index].At : now - Day;
            if (end <= begin)
                continue;
            var letter = LetterOf(changes[index]);
            known += end - begin;
            open += letter == Open ? end - begin : TimeSpan.Zero;
            for (var cell = CellOf(begin, now); cell <= CellOf(end - TimeSpan.FromTicks(1), now); cell++)
                cells[cell] = Worse(cells[cell], letter);
        }
        var latest = changes.Where(change => change.At > now - Hour).ToList();
        return new DaySummary(
            new string(cells),
            known > TimeSpan.Zero ? open / known : null,
            latest.Count(change => change is { From: ConnectionState.Connecting, To: ConnectionState.Open, Incarnation: > 1 }),
            latest.Count >= mostKept);
    }

    /// <summary>The cells of one kind that stand together, for drawing.</summary>
    public IEnumerable<(int From, int Width, char Letter)> Runs()
    {
        for (var from = 0; from < Cells.Length;)
        {
            var end = from + 1;
            while (end < Cells.Length && Cells[end] == Cells[from])
                end++;
            if (Cells[from] != Unknown)
                yield return (from, end - from, Cells[from]);
            from = end;
        }
    }

    /// <summary>The uptime for eyes.</summary>
    public string Spell() =>
        Uptime is { } share ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * share) / 10:0.#} %") : "";

    /// <summary>Where nothing has failed, as at the start and after a command, it is on its way.</summary>
    private static char LetterOf(StateChanged change) => change switch
    {
        { To: ConnectionState.BackingOff, Cause.IsFailure: true } => Down,
        { To: ConnectionState.BackingOff or ConnectionState.Connecting } => Starting,
        _ => Open,
    };

    private static int CellOf(DateTimeOffset at, DateTimeOffset now) => Math.Clamp((int)((at - (now - Day)) / Cell), 0, Count - 1);

    private static char Worse(char one, char other) => Rank(one) <= Rank(other) ? one : other;

    private static int Rank(char letter) => letter switch
    {
        Down => 0,
        Starting => 1,
        Open => 2,
        _ => 3,
    };
}
