namespace ActorHeartbeat.Feeds;

/// <summary>Decides what a new subscriber gets before live events.</summary>
internal static class FeedResume
{
    /// <returns>The first number the subscriber must see, and the events that lead up to live ones.</returns>
    public static (long Expected, List<FeedEvent> Replay) Plan(
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
                source with
                {
                    Detail = new FeedGap(reason, from, first - 1, seen, cause, TimeSpan.Zero),
                },
                first - 1,
                utcTicks);
    }
}
