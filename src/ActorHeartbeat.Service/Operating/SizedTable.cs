using ActorHeartbeat.Protocol;
using Spectre.Console;

namespace ActorHeartbeat.Service.Operating;

/// <summary>One line per row, cut to the width: the last column takes what the others leave.</summary>
internal static class SizedTable
{
    private const int Gap = 2;
    private const int LeastLast = 8;

    public static Table Of(IReadOnlyList<SizedColumn> columns, int rows, int width)
    {
        var cells = columns.Select(column => Enumerable.Range(0, rows).Select(column.Cell).ToArray()).ToArray();
        var widths = columns.Select((column, index) => WidthOf(column, cells[index])).ToArray();
        widths[^1] = Math.Max(LeastLast, width - widths[..^1].Sum() - (Gap * (columns.Count - 1)));
        var table = new Table { Border = TableBorder.None, ShowHeaders = true, Expand = false };
        for (var index = 0; index < columns.Count; index++)
        {
            table.AddColumn(new TableColumn(new Text(columns[index].Head, Palette.Quiet) { Overflow = Overflow.Ellipsis })
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

    private static int WidthOf(SizedColumn column, Cell[] cells) =>
        Math.Min(column.Most, cells.Select(cell => cell.Text.Length).Append(column.Head.Length).Max());

    private static Text Shown(Cell cell, int width) => new(PeerText.Of(cell.Text, width), cell.Style) { Overflow = Overflow.Ellipsis };
}

/// <param name="Head">Its heading.</param>
/// <param name="Most">The most characters that it takes; the last column has what is left.</param>
/// <param name="Cell">The cell of a row.</param>
internal sealed record SizedColumn(string Head, int Most, Func<int, Cell> Cell);

internal readonly record struct Cell(string Text, Style Style);
