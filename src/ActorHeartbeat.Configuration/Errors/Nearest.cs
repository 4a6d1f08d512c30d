namespace ActorHeartbeat.Configuration.Errors;

/// <summary>Finds the name that was probably meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate that is the fewest typing errors away from <paramref name="word"/>; null when none is near.</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        var best = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate is not null && best.Distance <= Math.Max(1, Math.Min(word.Length, best.Candidate.Length) / 3)
            ? best.Candidate
            : null;
    }

    /// <summary>
    /// Counts insertions, deletions, substitutions and swaps of adjacent letters. Differences in case and in '-' and '_' do not count.
    /// </summary>
    private static int Distance(string word, string candidate)
    {
        var a = Normal(word);
        var b = Normal(candidate);
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var column = 0; column <= b.Length; column++)
            last[column] = column;
        for (var row = 1; row <= a.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= b.Length; column++)
            {
                var same = a[row - 1] == b[column - 1] ? 0 : 1;
                current[column] = Math.Min(Math.Min(current[column - 1] + 1, last[column] + 1), last[column - 1] + same);
                if (row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1])
                    current[column] = Math.Min(current[column], beforeLast[column - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[b.Length];
    }

    private static string Normal(string word) =>
        word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
