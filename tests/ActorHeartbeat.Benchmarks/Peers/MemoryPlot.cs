using System.Globalization;
using System.Text;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>Draws resident memory a connection against the number of connections, as SVG.</summary>
internal static class MemoryPlot
{
    private const int Width = 720, Height = 420, Left = 50, Right = 190, Top = 20, Bottom = 40;

    private static readonly string[] Colours = ["#c62828", "#ad1457", "#1565c0", "#00838f", "#2e7d32", "#6a1b9a", "#ef6c00"];

    public static string Draw(IReadOnlyList<Peer> peers, IReadOnlyList<int> sizes, Func<Peer, int, double?> memory)
    {
        var most = Math.Ceiling(peers.SelectMany(peer => sizes.Select(size => memory(peer, size) ?? 0)).Max() / 5) * 5;
        var (low, high) = (Math.Log10(sizes[0]), Math.Log10(sizes[^1]));
        var svg = new StringBuilder();
        svg.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" ");
        svg.Append("font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (var kilobytes = 0; kilobytes <= most; kilobytes += 5)
        {
            svg.Append($"<path d=\"M{Left} {Number(Y(kilobytes))}H{Width - Right}\" stroke=\"#ddd\"/>\n");
            svg.Append($"<text x=\"{Left - 8}\" y=\"{Number(Y(kilobytes) + 4)}\" text-anchor=\"end\">{kilobytes}</text>\n");
        }
        foreach (var size in sizes)
            svg.Append($"<text x=\"{Number(X(size))}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{size:N0}</text>\n");
        svg.Append($"<text x=\"{Left}\" y=\"{Height - 6}\">resident memory in KB a connection, against connections</text>\n");
        foreach (var (peer, colour) in peers.Zip(Colours))
        {
            var points = sizes.Where(size => memory(peer, size) is not null)
                .Select(size => (X: X(size), Y: Y(memory(peer, size)!.Value)))
                .ToList();
            if (points.Count == 0)
                continue;
            var line = string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"));
            svg.Append($"<polyline points=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n");
            foreach (var (x, y) in points)
                svg.Append($"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"3\" fill=\"{colour}\"/>\n");
            svg.Append($"<text x=\"{Number(points[^1].X + 8)}\" y=\"{Number(points[^1].Y + 4)}\" fill=\"{colour}\">{peer.Name}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();

        double X(int size) => Left + ((Math.Log10(size) - low) / Math.Max(high - low, 0.01) * (Width - Left - Right));

        double Y(double kilobytes) => Height - Bottom - (kilobytes / most * (Height - Top - Bottom));
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
