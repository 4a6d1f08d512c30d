using ActorHeartbeat.Hocon.Parsing;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Why a substitution has no value.</summary>
internal static class Missing
{
    public static string Say(SubstitutionNode node, ObjectNode root, List<Evaluation> running)
    {
        var path = PathText.Of(node.Path);
        var reached = running.FindIndex(evaluation => evaluation.WasReached);
        if (reached >= 0 && running.Count > 1)
            return $"${{{path}}} is a cycle: {string.Join(" -> ", running.Skip(reached).Append(running[reached]).Select(evaluation => PathOf(evaluation.Slot, root)))}";
        if (reached >= 0)
            return $"${{{path}}} refers to itself: there is no earlier value of \"{PathOf(running[reached].Slot, root)}\"";
        var tried = node.Prefix.Length == 0 ? path : $"{PathText.Of([.. node.Prefix, .. node.Path])}, {path}";
        var nearest = Nearest.PathTo(root, node.Path);
        return $"${{{path}}} has no value (tried {tried}, environment){(nearest is null ? "" : $"; nearest: {nearest}")}";
    }

    /// <summary>The keys that lead to a slot. Sought only now: what is right needs no name.</summary>
    private static string PathOf(Slot sought, ObjectNode root)
    {
        var open = new Stack<(Node Node, string Path)>([(root, "")]);
        while (open.TryPop(out var at))
        {
            switch (at.Node)
            {
                case ObjectNode fields:
                    foreach (var slot in fields.Slots)
                    {
                        var path = at.Path.Length == 0 ? PathText.Quote(slot.Key) : $"{at.Path}.{PathText.Quote(slot.Key)}";
                        if (slot == sought)
                            return path;
                        for (var index = 0; index < slot.Count; index++)
                            open.Push((slot[index].Value, path));
                    }
                    break;
                case ArrayNode array:
                    for (var index = 0; index < array.Items.Count; index++)
                        open.Push((array.Items[index], $"{at.Path}[{index}]"));
                    break;
                case ConcatenationNode pieces:
                    foreach (var piece in pieces.Pieces)
                        open.Push((piece.Value, at.Path));
                    break;
            }
        }
        return PathText.Quote(sought.Key);
    }
}
