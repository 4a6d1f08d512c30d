using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Puts the source line under each error. A value is shown only where the resolved tree has it under a key that can hold no secret; any
/// other is masked: one that a later value replaced, one of an operator's own name, every one of a text that does not parse. Comments
/// are masked too, because they hold what the file held before.
/// </summary>
/// <param name="files">The texts that were read.</param>
/// <param name="root">The resolved tree; null when the text does not parse.</param>
internal sealed class Excerpts(Func<string, string?> files, HoconObject? root)
{
    private readonly HashSet<Place> _shown = [];
    private readonly HashSet<Place> _guarded = [];
    private Dictionary<string, HashSet<int>> _wanted = [];

    public ConfigurationErrors Under(ConfigurationErrors errors)
    {
        _wanted = errors
            .GroupBy(error => error.File, StringComparer.Ordinal)
            .ToDictionary(file => file.Key, file => file.Select(error => error.Line).ToHashSet(), StringComparer.Ordinal);
        foreach (var field in root?.Fields ?? [])
        {
            if (field.Key == "actor-heartbeat")
                Look(field.Value, KeyPath.Root);
            else if (field.Key == "akka")
                Look(field.Value, KeyPath.Root.Then(field.Key));
        }
        var lines = _wanted.Keys.ToDictionary(file => file, file => Lines(file, _wanted[file]), StringComparer.Ordinal);
        return new ConfigurationErrors(
            [.. errors.Select(error => lines[error.File].TryGetValue(error.Line, out var line) ? line.Under(error) : error)], errors.Total);
    }

    /// <summary>Collects which values on the wanted lines may be shown.</summary>
    private void Look(HoconValue value, KeyPath path)
    {
        switch (value)
        {
            case HoconObject fields:
                foreach (var field in fields.Fields)
                    Look(field.Value, path.Then(field.Key));
                break;
            case HoconArray items:
                for (var index = 0; index < items.Items.Count; index++)
                    Look(items.Items[index], path.Element(index));
                break;
            default:
                if (_wanted.TryGetValue(value.Origin.Source, out var lines) && lines.Contains(value.Origin.Line))
                    (Secrecy.MayHold(path) ? _guarded : _shown).Add(new Place(value.Origin.Source, value.Origin.Line, value.Origin.Column));
                break;
        }
    }

    private Dictionary<int, MaskedLine> Lines(string file, HashSet<int> wanted)
    {
        var lines = new Dictionary<int, MaskedLine>();
        if (files(file) is not { } text)
            return lines;
        var ends = new List<int>(); // of the lines, where the line feed is
        for (var end = text.IndexOf('\n'); end >= 0; end = text.IndexOf('\n', end + 1))
            ends.Add(end);
        ends.Add(text.Length);
        foreach (var number in wanted.Where(number => number > 0 && number <= ends.Count))
        {
            var start = number == 1 ? 0 : ends[number - 2] + 1;
            lines.Add(number, new MaskedLine(text[start..ends[number - 1]].TrimEnd('\r'), start));
        }
        foreach (var piece in HoconOutline.Of(text))
        {
            var (line, column) = At(piece.Start);
            var (last, _) = At(Math.Max(piece.Start, piece.Start + piece.Length - 1));
            for (; line <= last; line++)
            {
                if (lines.TryGetValue(line, out var masked))
                    masked.Add(piece, IsShown(piece));
            }
        }
        return lines;

        (int Line, int Column) At(int offset)
        {
            var found = ends.BinarySearch(offset);
            var line = found >= 0 ? found + 1 : ~found + 1;
            return (line, offset - (line == 1 ? 0 : ends[line - 2] + 1) + 1);
        }

        bool IsShown(in HoconPiece piece)
        {
            if (piece.Kind == HoconPieceKind.Unknown)
                return Secrecy.IsName(text.Substring(piece.Start, piece.Length).Trim('"'));
            if (piece.Kind != HoconPieceKind.Value)
                return piece.Kind != HoconPieceKind.Comment;
            var (line, column) = At(piece.ValueStart);
            var place = new Place(file, line, column);
            return _shown.Contains(place) && !_guarded.Contains(place);
        }
    }

    private readonly record struct Place(string File, int Line, int Column);
}
