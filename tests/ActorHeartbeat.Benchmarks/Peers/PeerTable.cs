using System.Globalization;
using System.Text;

namespace ActorHeartbeat.Benchmarks.Peers;

internal enum PeerFigure { Memory, Heap, Heartbeats, Small, Large, Start, Back, After, SecureStart, Handshake }

/// <summary>All figures of all rounds; shown are the medians.</summary>
internal sealed class PeerTable(IReadOnlyList<int> sizes)
{
    private readonly Dictionary<(string Peer, PeerFigure Figure, int Size), List<double>> _figures = [];

    /// <summary>Adds a run; what the process costs with one connection is taken off.</summary>
    public void Add(Peer peer, int size, PeerRun run, PeerRun alone)
    {
        Add(peer, PeerFigure.Small, size, run.Small);
        Add(peer, PeerFigure.Large, size, run.Large);
        if (size == 1)
        {
            Add(peer, PeerFigure.Memory, size, run.Resident / 1024);
            Add(peer, PeerFigure.Heartbeats, size, run.IdleCpu * 100);
            Add(peer, PeerFigure.Start, size, run.Start);
            return;
        }
        Add(peer, PeerFigure.Memory, size, (run.Resident - alone.Resident) / (size - 1));
        Add(peer, PeerFigure.Heartbeats, size, (run.IdleCpu - alone.IdleCpu) * 100);
        Add(peer, PeerFigure.Start, size, run.Start);
        if (run.Back is { } back)
            Add(peer, PeerFigure.Back, size, back);
        if (run.ResidentAfter is { } after)
            Add(peer, PeerFigure.After, size, ((after / run.Resident) - 1) * 100);
        if (run.Heap is { } heap)
            Add(peer, PeerFigure.Heap, size, (heap - alone.Heap!.Value) / (size - 1));
    }

    public void Add(Peer peer, PeerFigure figure, int size, double value)
    {
        if (!_figures.TryGetValue((peer.Name, figure, size), out var values))
            _figures[(peer.Name, figure, size)] = values = [];
        values.Add(value);
    }

    /// <summary>The median of the rounds; null where there is none.</summary>
    public double? Median(Peer peer, PeerFigure figure, int size) =>
        _figures.TryGetValue((peer.Name, figure, size), out var values) ? values.Order().ElementAt(values.Count / 2) : null;

    /// <summary>A row a figure, a column a peer.</summary>
    public string ToMarkdown(IReadOnlyList<Peer> peers)
    {
        var text = new StringBuilder("| |");
        foreach (var peer in peers)
            text.Append($" {peer.Name} |");
        text.Append("\n|---|").Insert(text.Length, "---:|", peers.Count).Append('\n');
        Row("the process with one connection, MiB", PeerFigure.Memory, 1, "0");
        Row("its share of a core, %", PeerFigure.Heartbeats, 1, "0.00");
        Row("its start to open, s", PeerFigure.Start, 1, "0.00");
        foreach (var size in sizes)
        {
            Row($"{size}: resident memory a connection, KB", PeerFigure.Memory, size, "0.0");
            Row($"{size}: heap in use a connection, KB", PeerFigure.Heap, size, "0.0");
            Row($"{size}: heartbeats every 30 s, % of a core", PeerFigure.Heartbeats, size, "0.00");
            Row($"{size}: start to all open, s", PeerFigure.Start, size, "0.00");
            Row($"{size}: all back after a cut, s", PeerFigure.Back, size, "0.00");
            Row($"{size}: resident memory after that, more than before by %", PeerFigure.After, size, "0");
        }
        foreach (var size in sizes.Prepend(1))
        {
            Row($"CPU a message of 128 B, {size} connections, us", PeerFigure.Small, size, "0.00");
            Row($"CPU a message of 4 KB, {size} connections, us", PeerFigure.Large, size, "0.00");
        }
        Row($"wss, {sizes[0]}: start to all open, s", PeerFigure.SecureStart, sizes[0], "0.00");
        Row($"wss, {sizes[0]}: CPU a connection, ms", PeerFigure.Handshake, sizes[0], "0.00");
        return text.ToString();

        void Row(string name, PeerFigure figure, int size, string format)
        {
            text.Append($"| {name} |");
            foreach (var peer in peers)
                text.Append($" {Median(peer, figure, size)?.ToString(format, CultureInfo.InvariantCulture) ?? "-"} |");
            text.Append('\n');
        }
    }
}
