using ActorHeartbeat.Transport.Frames;

namespace ActorHeartbeat.Tests.Transport;

public sealed class TurnTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Turn _turn;
    private int _inside;

    [Fact]
    public void It_is_taken_once_until_it_is_given_back()
    {
        Assert.True(_turn.TryTake());
        Assert.False(_turn.TryTake());

        _turn.GiveBack();

        Assert.True(_turn.TryTake());
    }

    [Fact]
    public void All_who_wait_hear_that_it_is_given_back_and_who_waits_then_hears_the_next()
    {
        Assert.True(_turn.TryTake());
        var (one, other) = (_turn.Back(), _turn.Back());
        Assert.False(one.IsCompleted || other.IsCompleted);

        _turn.GiveBack();

        Assert.True(one.IsCompletedSuccessfully && other.IsCompletedSuccessfully);
        Assert.True(_turn.Back().IsCompletedSuccessfully); // nobody has it
        Assert.True(_turn.TryTake());
        Assert.False(_turn.Back().IsCompleted);
    }

    [Fact]
    public async Task It_is_had_by_one_at_a_time_and_nobody_waits_for_ever()
    {
        const int Takers = 8, Times = 20_000;

        await Task.WhenAll(Enumerable.Range(0, Takers).Select(_ => Task.Run(TakeAsync))).WaitAsync(Patience);

        async Task TakeAsync()
        {
            for (var time = 0; time < Times; time++)
            {
                while (!_turn.TryTake())
                    await _turn.Back();
                Assert.Equal(1, Interlocked.Increment(ref _inside));
                if (time % 16 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref _inside);
                _turn.GiveBack();
            }
        }
    }
}
