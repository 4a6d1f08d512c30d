using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Finds the rules of an outcome table that no cause reaches.</summary>
/// <remarks>
/// Codes between two bounds of the spans in a table are alike to it. So one code for each bound, with every layer that it can come with,
/// stands for all causes that there can be.
/// </remarks>
internal static class OutcomeReach
{
    // Bounds of what a rule can name; the code after the last one stands for all that no rule can name.
    private const int FirstStatus = 200, LastStatus = 599, FirstCloseCode = 1000, LastCloseCode = 4999;

    /// <summary>The layers of a dial that failed before the answer to its handshake.</summary>
    private static readonly FailureLayer[] OfDial =
    [
        FailureLayer.Resolve, FailureLayer.Dns, FailureLayer.Tcp, FailureLayer.Proxy, FailureLayer.Tls, FailureLayer.Protocol,
        FailureLayer.Timeout, FailureLayer.Unknown,
    ];

    /// <summary>The layers of a socket that ended with some close code; null when the peer closed it.</summary>
    private static readonly FailureLayer?[] OfSocket =
    [
        null, FailureLayer.Tcp, FailureLayer.Tls, FailureLayer.Protocol, FailureLayer.Timeout, FailureLayer.Unknown,
    ];

    /// <summary>The layers of a connection that this side gives up, always with 1006.</summary>
    private static readonly FailureLayer[] OfVerdict = [FailureLayer.Heartbeat, FailureLayer.Hello];

    /// <summary>For each rule why nothing reaches it, and the remedy; null for a rule that something reaches.</summary>
    public static IReadOnlyList<string?> Judge(ValueList<OutcomeRule> rules)
    {
        var causes = Causes(rules).ToArray();
        var takenBy = new int?[causes.Length];
        var verdicts = new string?[rules.Count];
        for (var rule = 0; rule < rules.Count; rule++)
        {
            var isReached = false;
            var earlier = new SortedSet<int>();
            for (var cause = 0; cause < causes.Length; cause++)
            {
                if (!OutcomeTable.Matches(rules[rule], causes[cause]))
                    continue;
                if (takenBy[cause] is { } other && other != rule)
                    earlier.Add(other);
                else
                    (takenBy[cause], isReached) = (rule, true);
            }
            verdicts[rule] = isReached ? null : Verdict(rules[rule], earlier);
        }
        return verdicts;
    }

    private static string Verdict(OutcomeRule rule, SortedSet<int> earlier) => earlier.Count switch
    {
        0 when rule.HttpStatus is { Count: > 0 } statuses && statuses.All(span => span.Last < FirstStatus) =>
            $"no handshake is refused with a status below {FirstStatus}: 101 accepts it, the others announce an answer (RFC 9110 section "
            + "15.2); remove it",
        0 => "nothing matches all its criteria: http-status is of a refused handshake (failure = http), close-code of a connection "
            + "that was open; make a rule of each",
        1 => $"rule [{earlier.Min}] comes first and matches everything that it matches; put it before that one, or remove it",
        _ => $"rules {string.Join(", ", earlier.Select(rule => $"[{rule}]"))} come first and match everything that it matches; put it "
            + "before them, or remove it",
    };

    private static IEnumerable<CloseCause> Causes(ValueList<OutcomeRule> rules)
    {
        foreach (var layer in OfDial)
            yield return Cause(null, null, layer);
        foreach (var status in Samples(rules.SelectMany(rule => rule.HttpStatus), FirstStatus, LastStatus))
            yield return Cause(status, null, FailureLayer.Http);
        foreach (var code in Samples(rules.SelectMany(rule => rule.CloseCode), FirstCloseCode, LastCloseCode))
        {
            foreach (var layer in OfSocket)
                yield return Cause(null, code, layer);
        }
        foreach (var layer in OfVerdict)
            yield return Cause(null, CloseCodes.AbnormalClosure, layer);
    }

    private static SortedSet<int> Samples(IEnumerable<CodeRange> spans, int first, int last) =>
        [first, last + 1, .. spans.SelectMany(span => (int[])[Math.Max(first, span.First), Math.Max(first, span.Last + 1)])];

    private static CloseCause Cause(int? status, int? code, FailureLayer? layer) =>
        new(CauseKind.ConnectionLost, "") { HttpStatus = status, CloseCode = code, Layer = layer };
}
