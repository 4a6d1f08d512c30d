using ActorHeartbeat.Hocon.Parsing;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Explains why a substitution has no value.</summary>
internal static class Missing
{
    /// <summary>A cycle of a hundred thousand steps is not worth printing in full.</summary>
    private const int MostSteps = 8;

    public static string Say(SubstitutionNode node, ObjectNode root, List<Evaluation> running)
    {
        var path = PathText.Of(node.Path);
        var reached = running.FindIndex(evaluation => evaluation.WasReached);
        if (reached >= 0 && running.Count > 1)
            return $"${{{path}}} is a cycle: "
                + $"{Cycle([.. running.Skip(reached).Append(running[reached]).Select(evaluation => evaluation.Slot)], root)}";
        if (reached >= 0)
            return $"${{{path}}} refers to itself: there is no earlier value of \"{Paths([running[reached].Slot], root)[0]}\"";
        var tried = node.Prefix.Length == 0 ? path : $"{PathText.Of([.. node.Prefix, .. node.Path])}, {path}";
        var nearest = Nearest.PathTo(root, node.Path);
        return $"${{{path}}} has no value (tried {tried}, environment){(nearest is null ? "" : $"; nearest: {nearest}")}";
    }

    private static string Cycle(Slot[] steps, ObjectNode root)
    {
        if (steps.Length <= MostSteps)
            return string.Join(" -> ", Paths(steps, root));
        var shown = Paths([.. steps[..(MostSteps / 2)], .. steps[^(MostSteps / 2)..]], root);
        var left = $"... ({steps.Length - MostSteps:N0} more)";
        return string.Join(" -> ", shown[..(MostSteps / 2)].Append(left).Concat(shown[(MostSteps / 2)..]));
    }

    /// <summary>The paths that lead to slots. They are searched only for an error: a valid slot needs no name.</summary>
    private static string[] Paths(Slot[] sought, ObjectNode root)
    {
        var found = new Dictionary<Slot, Step>(ReferenceEqualityComparer.Instance);
        var wanted = new HashSet<Slot>(sought, ReferenceEqualityComparer.Instance);
        var open = new Stack<(Node Node, Step? Above)>([(root, null)]);
        while (found.Count < wanted.Count && open.TryPop(out var at))
        {
            switch (at.Node)
            {
                case ObjectNode fields:
                    foreach (var slot in fields.Slots)
                        Look(slot, new Step(at.Above, slot.Key));
                    break;
                case ArrayNode array:
                    for (var index = 0; index < array.Items.Count; index++)
                        open.Push((array.Items[index], new Step(at.Above, $"[{index}]", IsIndex: true)));
                    break;
                case ConcatenationNode pieces:
                    foreach (var piece in pieces.Pieces)
                        open.Push((piece.Value, at.Above));
                    break;
            }
        }
        return [.. sought.Select(slot => found.TryGetValue(slot, out var step) ? step.ToString() : PathText.Quote(slot.Key))];

        void Look(Slot slot, Step step)
        {
            if (wanted.Contains(slot))
                found.TryAdd(slot, step);
            for (var index = 0; index < slot.Count; index++)
            {
                if (slot[index].Value is ObjectNode or ArrayNode or ConcatenationNode)
                    open.Push((slot[index].Value, step));
            }
        }
    }

    private sealed record Step(Step? Above, string Name, bool IsIndex = false)
    {
        public override string ToString()
        {
            var text = IsIndex ? Name : PathText.Quote(Name);
            return Above is null ? text : IsIndex ? $"{Above}{text}" : $"{Above}.{text}";
        }
    }
}
