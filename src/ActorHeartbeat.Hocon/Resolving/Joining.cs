using System.Globalization;
using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Joins the pieces of a concatenation: texts into one text, lists into one list, objects into one object.</summary>
internal sealed class Joining(Resolver resolver, Bounds bounds, ErrorList errors)
{
    public Seen? Concatenate(ConcatenationNode node)
    {
        if (!bounds.Step(node, node.Pieces.Count))
            return null;
        var seen = new (string Blanks, Node At, Seen? Value)[node.Pieces.Count];
        for (var index = 0; index < seen.Length; index++)
            seen[index] = (node.Pieces[index].Blanks, node.Pieces[index].Value, resolver.Join(node.Pieces[index].Value));
        if (Array.Find(seen, piece => piece.Value is SeenFailure).Value is { } failure)
            return failure;
        if (seen.Any(piece => piece.Value is SeenArray or SeenObject))
            return JoinContainers(node, seen);
        return seen.All(piece => piece.Value is null && piece.Blanks.Length == 0) ? null : JoinTexts(node, seen);
    }

    private SeenScalar? JoinTexts(ConcatenationNode node, (string Blanks, Node At, Seen? Value)[] pieces)
    {
        var first = pieces[0].Value as SeenScalar ?? SeenScalar.Of(node, TokenKind.Quoted, "");
        var added = pieces.Skip(1).Sum(piece => piece.Blanks.Length + ((piece.Value as SeenScalar)?.Length ?? 0));
        if (!bounds.CountText(node, first.CostOf(added)))
            return null;
        return first.Append(
            node, pieces.Skip(1).SelectMany(piece => (string[])[piece.Blanks, (piece.Value as SeenScalar)?.Text ?? ""]), added);
    }

    private Seen? JoinContainers(ConcatenationNode node, (string Blanks, Node At, Seen? Value)[] pieces)
    {
        Seen? joined = null;
        foreach (var (_, at, value) in pieces)
        {
            switch (joined, value)
            {
                case (_, null):
                    break;
                case (null, _):
                    joined = value;
                    break;
                case (SeenScalar text, SeenScalar): // the error is reported where text meets a list or object
                    joined = SeenScalar.Of(text.At, TokenKind.Quoted, "");
                    break;
                case (SeenArray left, SeenArray right):
                    if (!bounds.CountMany(node, 1 + left.CostOf(right)))
                        return null;
                    joined = left.Append(right);
                    break;
                case (SeenObject left, SeenObject right):
                    if (!bounds.CountMany(node, 1 + left.CostOf(right)))
                        return null;
                    joined = right.Over(left);
                    break;
                case (SeenObject left, SeenArray right) when Numbered(left) is { } items:
                    if (!bounds.CountMany(node, 1 + items.CostOf(right)))
                        return null;
                    joined = items.Append(right);
                    break;
                case (SeenArray left, SeenObject right) when Numbered(right) is { } items:
                    if (!bounds.CountMany(node, 1 + left.CostOf(items)))
                        return null;
                    joined = left.Append(items);
                    break;
                default:
                    // Text before a brace may have been meant as the next key.
                    var remedy =
                        joined is SeenScalar && at is ObjectNode ? "; is a ',' or a line break missing before the key of the object?" : "";
                    errors.Add(
                        at.Source, at.Start, at.Length, $"{Kind(joined)} and {Kind(value)} cannot stand side by side in one value{remedy}");
                    return new SeenFailure(at);
            }
        }
        return joined switch
        {
            SeenArray array => array with { At = node },
            SeenObject fields => fields with { At = node },
            _ => joined,
        };
    }

    /// <summary>Converts an object with numeric keys to the list that it stands for; null when it has none.</summary>
    private SeenArray? Numbered(SeenObject fields)
    {
        if (!bounds.Step(fields.At, Enumerable.Range(0, fields.Count).Sum(layer => 1L + fields[layer].Slots.Count)))
            return null;
        var keys = Enumerable
            .Range(0, fields.Count)
            .SelectMany(layer => fields[layer].Slots)
            .Select(slot => slot.Key)
            .Distinct(StringComparer.Ordinal)
            .Select(key =>
                (Key: key, IsNumber: int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number), Number: number))
            .Where(key => key.IsNumber)
            .OrderBy(key => key.Number)
            .ToArray();
        if (keys.Length == 0)
            return null;
        var items = keys.Select(key => resolver.Field(fields, key.Key)).OfType<Seen>().Select(seen => new SeenItem(null, seen)).ToList();
        return new SeenArray(fields.At, null, items, items.Count);
    }

    private static string Kind(Seen? seen) => seen switch
    {
        SeenArray => "a list",
        SeenObject => "an object",
        SeenScalar { Kind: TokenKind.Number } => "a number",
        _ => "a string",
    };
}
