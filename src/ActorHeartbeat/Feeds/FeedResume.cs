namespace ActorHeartbeat.Feeds;

/// <summary>Decides what a new subscriber gets before live events.</summary>
internal static class FeedResume
{
    /// <summary>
    /// One who resumes gets the kept events after its position, the states where they happened; one who does not, the present state alone,
    /// and so does one for whom nothing has changed. A position does not tell which of the states after its number were seen: these come
    /// again.
    /// </summary>
    /// <returns>The first number the subscriber must see, and the events that lead up to live ones.</returns>
    public static (long Expected, List<FeedEvent> Lead) Plan(
        SubscriptionOptions options, FeedSource source, ReplayRing ring, in RecentStates states, long lastSeq, long utcTicks)
    {
        var (expected, lead) = PlanNumbered(options.Resume, source, ring, lastSeq, utcTicks);
        if (!options.IncludeState)
            return (expected, lead);
        var seen = options.Resume is not { } resume ? long.MaxValue : resume.LastSeen.ContainsKey(source.Endpoint) ? expected - 1 : 0;
        lead = [.. Between(lead, states.Since(seen), source, lastSeq)];
        if (states.Present is { } present && present.Seq < seen)
            lead.Add(present.EventAfter(lastSeq, source));
        return (expected, lead);
    }

    private static (long Expected, List<FeedEvent> Lead) PlanNumbered(
        ResumePoint? resume, FeedSource source, ReplayRing ring, long lastSeq, long utcTicks)
    {
        var next = lastSeq + 1;
        var first = ring.FirstSeqOr(next);
        if (resume is null)
            return (next, []);
        if (!resume.LastSeen.TryGetValue(source.Endpoint, out var seen))
            return (first, [.. ring.From(first)]);
        if (resume.Instance != source.Instance || seen > lastSeq)
            return (1, [Gap(GapReason.Renumbered, 1, seen, "the position was given by another run of the process"), .. ring.From(first)]);
        if (seen + 1 < first)
            return (
                seen + 1,
                [Gap(GapReason.NotRetained, seen + 1, seen, "the position is older than what is kept for replay"), .. ring.From(first)]);
        return (seen + 1, [.. ring.From(seen + 1)]);

        FeedEvent Gap(GapReason reason, long from, long seen, string cause) =>
            FeedEvent.Detailed(
                source.With(new FeedGap(reason, from, first - 1, seen, cause, TimeSpan.Zero)), first - 1, utcTicks);
    }

    /// <summary>Puts each state where it happened. It takes the number before its successor's, because numbers must not go back.</summary>
    private static IEnumerable<FeedEvent> Between(
        List<FeedEvent> numbered, IEnumerable<ReportedState> states, FeedSource source, long lastSeq)
    {
        using var state = states.GetEnumerator();
        var isLeft = state.MoveNext();
        foreach (var next in numbered)
        {
            for (; isLeft && state.Current.Seq < next.FirstSeq; isLeft = state.MoveNext())
                yield return state.Current.EventAfter(next.FirstSeq - 1, source);
            yield return next;
        }
        for (; isLeft; isLeft = state.MoveNext())
            yield return state.Current.EventAfter(lastSeq, source);
    }
}
