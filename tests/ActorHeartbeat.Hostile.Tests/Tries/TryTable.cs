using System.Collections.Concurrent;
using System.Text;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(ActorHeartbeat.Hostile.Tests.Tries.TryTable))]

namespace ActorHeartbeat.Hostile.Tests.Tries;

/// <summary>A try and what was seen of it.</summary>
public sealed record TryRow(Try Try, string Seen, bool Held);

/// <summary>Collects the rows of all tries. At the end of the run it prints them as one table, and keeps the table in a file.</summary>
public sealed class TryTable(IMessageSink messages) : IDisposable
{
    private const int LongestCell = 100;

    private static readonly ConcurrentQueue<TryRow> Rows = new();

    /// <summary>Beside the results of the test run: <c>tests/run.sh</c> prints it.</summary>
    private static readonly string TableFile =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../TestResults/table.txt"));

    public static void Add(TryRow row) => Rows.Enqueue(row);

    public void Dispose()
    {
        var table = Print([.. Rows.OrderBy(row => row.Try.Kind)]);
        Directory.CreateDirectory(Path.GetDirectoryName(TableFile)!); // not null: the path has a directory
        File.WriteAllText(TableFile, table);
        messages.OnMessage(new DiagnosticMessage($"{table}this table is in {TableFile}"));
    }

    private static string Print(IReadOnlyList<TryRow> rows)
    {
        string[][] cells =
        [
            ["kind", "try", "expected", "seen", ""],
            .. rows.Select(row => new[]
            {
                $"{(int)row.Try.Kind} {row.Try.Kind}", Cell(row.Try.What), Cell(row.Try.Expected), Cell(row.Seen),
                row.Held ? "held" : "BROKE",
            }),
        ];
        int[] widths = [.. Enumerable.Range(0, cells[0].Length).Select(column => cells.Max(row => row[column].Length))];
        var text = new StringBuilder("\n");
        foreach (var row in cells)
            text.AppendLine(string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return text.AppendLine($"{rows.Count(row => row.Held)} of {rows.Count} tries held").ToString();
    }

    private static string Cell(string text)
    {
        var line = new string([.. text.ReplaceLineEndings(" ").Where(letter => !char.IsControl(letter))]);
        return line.Length <= LongestCell ? line : line[..(LongestCell - 1)] + "…";
    }
}
