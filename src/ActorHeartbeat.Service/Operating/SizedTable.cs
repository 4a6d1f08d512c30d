using ActorHeartbeat.Protocol;
using Spectre.Console;

namespace ActorHeartbeat.Service.Operating;

/// <summary>One line per row, cut to the width: the last column takes what the others leave.</summary>
internal static class SizedTable
{
    private const int Gap = 2;
    private const int Least = 8;

    public static Table Of(IReadOnlyList<SizedColumn> all, int rows, int width)
    {
        var (columns, cells, widths) = Fit(all, rows, width);
        var table = new Table { Border = TableBorder.None, ShowHeaders = true, Expand = false };
        for (var index = 0; index < columns.Count; index++)
        {
            table.AddColumn(new TableColumn(new Text(PeerText.Of(columns[index].Head, widths[index]), Palette.Quiet))
            {
                Width = widths[index],
                NoWrap = true,
                Padding = new Padding(0, 0, index == columns.Count - 1 ? 0 : Gap, 0),
            });
        }
        for (var row = 0; row < rows; row++)
            table.AddRow([.. cells.Select((column, index) => Shown(column[row], widths[index]))]);
        return table;
    }

    /// <summary>The columns that fit: where they do not, the first is cut, then those before the last go.</summary>
    private static (IReadOnlyList<SizedColumn> Columns, List<Cell[]> Cells, List<int> Widths) Fit(
        IReadOnlyList<SizedColumn> all, int rows, int width)
    {
        List<SizedColumn> columns = [.. all];
        List<Cell[]> cells = [.. columns.Select(column => Enumerable.Range(0, rows).Select(column.Cell).ToArray())];
        List<int> widths = [.. columns.Select((column, index) => WidthOf(column, cells[index]))];
        widths[^1] = Least;
        widths[0] = Math.Max(Math.Min(widths[0], Least), widths[0] - Math.Max(0, Over()));
        while (Over() > 0 && columns.Count > 2)
        {
            columns.RemoveAt(columns.Count - 2);
            cells.RemoveAt(cells.Count - 2);
            widths.RemoveAt(widths.Count - 2);
        }
        widths[^1] = Math.Max(Least, Least - Over());
        return (columns, cells, widths);

        int Over() => widths.Sum() + (Gap * (columns.Count - 1)) - width;
    }

    private static int WidthOf(SizedColumn column, Cell[] cells) =>
        Math.Min(column.Most, cells.Select(cell => cell.Text.Length).Append(column.Head.Length).Max());

    private static Text Shown(Cell cell, int width) => new(PeerText.Of(cell.Text, width), cell.Style) { Overflow = Overflow.Ellipsis };
}

/// <param name="Head">Its heading.</param>
/// <param name="Most">The most characters that it takes; the last column has what is left.</param>
/// <param name="Cell">The cell of a row.</param>
internal sealed record SizedColumn(string Head, int Most, Func<int, Cell> Cell);

internal readonly record struct Cell(string Text, Style Style);
