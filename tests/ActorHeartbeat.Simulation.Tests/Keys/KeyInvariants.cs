using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>Compares what the library says of keys with what the operator wants, and with what the servers have.</summary>
internal static class KeyInvariants
{
    /// <summary>A key that was asked for this long ago may still wait for its answer.</summary>
    private static readonly TimeSpan Answered = TimeSpan.FromSeconds(10);

    /// <summary>The counts of an endpoint's keys add up to those that are wanted.</summary>
    public static void Count(Invariants invariants, Watched endpoint, EndpointSnapshot reported)
    {
        var wanted = endpoint.Wanted;
        if (wanted.Words is null || wanted.Changed >= invariants.Now)
            return;
        var counts = reported.Subscriptions.Single(each => each.Name == KeyWords.Name);
        if (counts.Keys != wanted.All.Count)
            invariants.Broken(endpoint, $"12 (counts): {wanted.All.Count} keys are wanted, {counts} are told, {reported.State}");
    }

    /// <summary>The keys that an endpoint tells are those that are wanted, and as many in each state as it counts.</summary>
    public static void List(Invariants invariants, Watched endpoint, ValueList<KeyStatus> keys, SubscriptionCounts counts)
    {
        var wanted = endpoint.Wanted;
        if (wanted.Words is null || wanted.Changed >= invariants.Now)
            return;
        if (!keys.Select(key => key.Key).ToHashSet(StringComparer.Ordinal).SetEquals(wanted.All))
            invariants.Broken(endpoint, $"12 (counts): wanted are {Names(wanted.All)}, told are {Names(keys.Select(key => key.Key))}");
        if (keys.FirstOrDefault(key => key.IsAdded != wanted.IsAdded(key.Key)) is { } other)
            invariants.Broken(endpoint, $"12 (counts): {other.Key} is {(other.IsAdded ? "" : "not ")}told as added");
        int Of(SubscriptionState state) => keys.Count(key => key.State == state);
        var told = new SubscriptionCounts(
            KeyWords.Name,
            Of(SubscriptionState.Wanted),
            Of(SubscriptionState.Asked),
            Of(SubscriptionState.Accepted),
            Of(SubscriptionState.Refused),
            Of(SubscriptionState.Stale),
            Of(SubscriptionState.Gone));
        if (told != counts)
            invariants.Broken(endpoint, $"12 (counts): {told} are listed, {counts} are counted");
    }

    /// <summary>After a quiet time every wanted key is accepted and given, and no other.</summary>
    public static void Healed(Invariants invariants, Watched endpoint, RegistryEntry entry, Witness live)
    {
        if (endpoint.Wanted.Words is not { } words || live is not { Line: { } line, Keys: { } asked })
            return;
        foreach (var key in entry.Keys)
        {
            if (invariants.Now - asked.AskedAt(key.Key) < Answered)
                continue;
            var isGiven = line.Given.Contains(key.Key);
            var isRefused = key.State is SubscriptionState.Refused or SubscriptionState.Gone;
            if (isRefused && (asked.MayBeStopped(key.Key) || endpoint.Venue!.RefusesForGood(key.Key)))
            {
                if (isGiven)
                    invariants.Broken(endpoint, $"10 (none kept): {key.Key} is {key.State}, and the server gives it");
                continue;
            }
            if (words.Stale is null && line.HasForgotten(key.Key))
                continue; // the operator has said since that silence means nothing
            if (!isGiven)
                invariants.Broken(endpoint, $"10 (none lost): {key.Key} is {key.State}, and the server does not give it");
            // One without data since it was asked for again is stale until they come.
            if (key.State != SubscriptionState.Accepted
                && !(key.State is SubscriptionState.Stale or SubscriptionState.Asked && !asked.HasData(key.Key)))
                invariants.Broken(endpoint, $"10 (none lost): {key.Key} is {key.State} ({key.Reason}), and the server gives it");
        }
        if (line.Given.FirstOrDefault(key => !endpoint.Wanted.Wants(key)) is { } kept
            && ((words.Cancel is not null && endpoint.Wanted.ChangedAt(kept) > endpoint.Wanted.WordsChanged)
                || endpoint.Wanted.ChangedAt(kept) < live.Began)) // else the words of before may have had nothing to end it with
            invariants.Broken(endpoint, $"10 (none kept): the server gives {kept}, and nobody wants it");
    }

    private static string Names(IEnumerable<string> keys) => string.Join(' ', keys.Order(StringComparer.Ordinal));
}
