using ActorHeartbeat.Service.WebConsole;
using Microsoft.Extensions.Time.Testing;

namespace ActorHeartbeat.Service.Tests;

/// <summary>What a browser needs is there while one is there, and ends after.</summary>
public sealed class BrowserPresenceTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<Needed> _made = [];
    private readonly BrowserPresence<Needed> _presence;
    private int _left;

    public BrowserPresenceTests()
    {
        _presence = new BrowserPresence<Needed>(
            () =>
            {
                _made.Add(new Needed());
                return _made[^1];
            },
            _time,
            () => _left++);
    }

    [Fact]
    public async Task What_the_first_browser_needs_serves_all_and_ends_a_while_after_the_last()
    {
        Assert.Empty(_made);
        var first = new TaskCompletionSource();
        var page = _presence.Serve(_ => first.Task);
        await _presence.Serve(_ => Task.CompletedTask);
        _time.Advance(BrowserPresence<Needed>.Patience * 2);
        Assert.False(Assert.Single(_made).HasEnded); // one is still there

        first.SetResult();
        await page;
        _time.Advance(BrowserPresence<Needed>.Patience - Moment);
        Assert.Equal((false, 0), (_made[0].HasEnded, _left));
        _time.Advance(Moment);
        Assert.Equal((true, 1), (_made[0].HasEnded, _left));
    }

    [Fact]
    public async Task One_that_comes_back_in_time_finds_what_it_had_and_a_later_one_gets_it_anew()
    {
        await _presence.Serve(_ => Task.CompletedTask);
        _time.Advance(BrowserPresence<Needed>.Patience - Moment);
        await _presence.Serve(needed =>
        {
            Assert.Same(_made[0], needed);
            return Task.CompletedTask;
        });
        _time.Advance(BrowserPresence<Needed>.Patience - Moment);
        Assert.False(_made[0].HasEnded);

        _time.Advance(Moment);
        await _presence.Serve(needed =>
        {
            Assert.NotSame(_made[0], needed);
            return Task.CompletedTask;
        });
        Assert.Equal([true, false], _made.Select(each => each.HasEnded));
    }

    [Fact]
    public async Task A_browser_that_fails_goes_like_any_other()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _presence.Serve(_ => throw new InvalidOperationException("a bug")));

        _time.Advance(BrowserPresence<Needed>.Patience);

        Assert.True(Assert.Single(_made).HasEnded);
    }

    [Fact]
    public async Task The_end_of_the_process_waits_for_no_browser()
    {
        var gone = new TaskCompletionSource();
        var page = _presence.Serve(_ => gone.Task);

        await _presence.DisposeAsync();

        Assert.True(Assert.Single(_made).HasEnded);
        gone.SetResult();
        await page;
        _time.Advance(BrowserPresence<Needed>.Patience);
        Assert.Equal((1, 0), (_made[0].Ends, _left));
    }

    private sealed class Needed : IAsyncDisposable
    {
        public int Ends { get; private set; }

        public bool HasEnded => Ends > 0;

        public ValueTask DisposeAsync()
        {
            Ends++;
            return ValueTask.CompletedTask;
        }
    }
}
