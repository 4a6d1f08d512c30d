using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Edits one endpoint of a thousand while all run: only that endpoint reconnects, by the server's count.</summary>
[Collection(ScaleCollection.Name)]
public class ReloadScaleTests(ScaleFixture scale, ITestOutputHelper output)
{
    /// <summary>
    /// The promise is one second on a quiet machine. This bound is far below the poll interval, so the watch must have seen the change.
    /// </summary>
    private static readonly TimeSpan Bound = ServiceProcess.Patience / 2;

    [Fact]
    public Task A_watched_file_that_is_saved_reconnects_the_edited_endpoint_alone() =>
        ReconnectsAloneAsync(number: 17, "watch", watch: true, () => Task.CompletedTask);

    [Fact]
    public Task A_hangup_signal_reconnects_the_edited_endpoint_alone() =>
        ReconnectsAloneAsync(number: 500, "signal", watch: false, () => scale.Service.SignalAsync("HUP"));

    [Fact]
    public Task A_reload_by_http_reconnects_the_edited_endpoint_alone() =>
        ReconnectsAloneAsync(number: 999, "http", watch: false, () => scale.Service.PostAsync("/v1/config/reload"));

    private async Task ReconnectsAloneAsync(int number, string trigger, bool watch, Func<Task> ask)
    {
        await scale.WatchAsync(watch);
        var edited = ScaleFixture.NameOf(number);
        var before = scale.Server.Histories.ToDictionary(history => history.Name, history => history.Accepts);
        var busyBefore = scale.Service.ProcessorTime;

        var saved = scale.Edit(number, watch);
        await ask();
        await scale.Server.WaitUntilAsync(
            server => server.History(edited) is { Live: 1 } now && now.Accepts == before[edited] + 1, ServiceProcess.Patience);

        var took = scale.Server.History(edited).Attempts[^1].At - saved;
        var last = (await scale.Service.GetAsync("/v1/config")).GetProperty("last");
        var diff = last.GetProperty("diff");
        output.WriteLine(
            $"by {trigger}: {took.TotalMilliseconds:0} ms from the save to the handshake; "
                + $"{(scale.Service.ProcessorTime - busyBefore).TotalMilliseconds:0} ms of processor time");
        Assert.Equal((trigger, "applied"), (last.GetProperty("trigger").GetString(), last.GetProperty("outcome").GetString()));
        Assert.Equal(
            (1, ScaleFixture.Count - 1),
            (diff.GetProperty("reconnected").EnumerateObject().Count(), diff.GetProperty("unchanged").GetInt32()));
        Assert.All(scale.Server.Histories, history =>
            Assert.Equal(before[history.Name] + (history.Name == edited ? 1 : 0), history.Accepts));
        Assert.All(scale.Server.Histories, history => Assert.Equal((1, 1), (history.Live, history.Peak)));
        Assert.InRange(took, TimeSpan.Zero, Bound);
    }
}
