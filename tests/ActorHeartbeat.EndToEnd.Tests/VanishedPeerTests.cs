using System.Diagnostics;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// A peer vanishes from the network without notice to either side. The service and
/// its demonstration server run in a network namespace whose only link goes down.
/// </summary>
public sealed class VanishedPeerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(1);

    /// <summary>What a busy machine may add to any time.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(20);

    [NamespaceFact]
    public async Task A_peer_that_vanishes_from_the_network_is_detected_in_time_and_reconnected_once_when_it_is_back()
    {
        using var file = new ReloadFile();
        file.Save(
            ReloadFile.Service(
                """feed.url = "ws://127.0.0.1:9443/quiet?name=feed" """,
                defaults: $"heartbeat {{ interval = {Interval.TotalSeconds}s, timeout = {Timeout.TotalSeconds}s, max-missed = 2 }}, "
                    + $"backoff {{ initial = 500ms, max = 1s }}, timeouts.connect = 2s"
            ) + "\nactor-heartbeat.feed-server.listen = \"127.0.0.1:9443\"");
        await using var service = await ServiceProcess.StartApartAsync(file.FullName);
        await service.LineAsync(" open ");

        var gone = Stopwatch.GetTimestamp();
        await service.LinkAsync("down");
        await service.LineAsync("heartbeat-timeout");
        var known = Stopwatch.GetElapsedTime(gone);
        await service.LinkAsync("up");
        await Eventually.TrueAsync(() => Task.FromResult(Opens(service) == 2), ServiceProcess.Patience, "open again");

        Assert.InRange(known, Timeout, Interval + (2 * Timeout) + Busy); // two heartbeats stay unanswered; the first may be out already
        await Task.Delay(2 * Interval); // a second reconnect would show by now
        Assert.Equal(2, Opens(service));
        Assert.Single(service.Lines, line => line.Contains("heartbeat-timeout", StringComparison.Ordinal));
    }

    private static int Opens(ServiceProcess service) => service.Lines.Count(line => line.Contains(" open ", StringComparison.Ordinal));
}
