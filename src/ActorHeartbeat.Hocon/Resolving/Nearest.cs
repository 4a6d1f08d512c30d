using ActorHeartbeat.Hocon.Parsing;

namespace ActorHeartbeat.Hocon.Resolving;

/// <summary>Finds the path that was probably meant.</summary>
internal static class Nearest
{
    // A suggestion is worth little work: bound the number and the length of the compared keys.
    private const int MostCompared = 2000;
    private const int LongestCompared = 64;

    /// <summary>The path in the tree that is nearest to a missing path; null when none is near.</summary>
    public static string? PathTo(ObjectNode root, string[] path)
    {
        var fields = root;
        var found = new List<string>();
        var left = MostCompared;
        foreach (var key in path)
        {
            var slot = fields.Find(key) ?? NearestSlot(fields, key, ref left);
            if (slot is null)
                return null;
            found.Add(slot.Key);
            if (slot.Last.Value is ObjectNode inner)
                fields = inner;
            else if (found.Count < path.Length)
                return null;
        }
        return PathText.Of(found) is var near && near != PathText.Of(path) ? near : null;
    }

    private static Slot? NearestSlot(ObjectNode fields, string key, ref int left)
    {
        if (key.Length > LongestCompared)
            return null;
        var compared = Math.Min(left, fields.Slots.Count);
        left -= compared;
        return fields.Slots.Take(compared)
            .Where(candidate => candidate.Key.Length <= LongestCompared)
            .Select(candidate => (Slot: candidate, Distance: Distance(candidate.Key, key)))
            .Where(near => IsNear(near.Slot.Key, key, near.Distance))
            .OrderBy(near => near.Distance).Select(near => near.Slot).FirstOrDefault();
    }

    // Short words are all an edit or two apart: for them only the case may differ.
    private static bool IsNear(string candidate, string key, int distance) =>
        string.Equals(candidate, key, StringComparison.OrdinalIgnoreCase) || (key.Length > 2 && distance <= Math.Max(1, key.Length / 3));

    /// <summary>Single-character edits from one word to the other (Levenshtein).</summary>
    public static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var column = 0; column <= to.Length; column++)
            row[column] = column;
        for (var line = 1; line <= from.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= to.Length; column++)
            {
                var replaced = diagonal + (from[line - 1] == to[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(replaced, 1 + Math.Min(diagonal, row[column - 1]));
            }
        }
        return row[^1];
    }
}
