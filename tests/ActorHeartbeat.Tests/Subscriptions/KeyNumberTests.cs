using ActorHeartbeat.Subscriptions;

namespace ActorHeartbeat.Tests.Subscriptions;

/// <summary>The numbers of a key over reconnects and rotations.</summary>
public class KeyNumberTests
{
    private readonly KeyNumber _number = new();

    [Fact]
    public void Of_two_connections_that_count_alike_each_number_is_taken_once()
    {
        var first = new Counter(_number, Connection: 1);
        first.Receive(100, 101, 102);
        var second = new Counter(_number, Connection: 2);

        Assert.Equal([true, false, false], second.Receive(102, 103, 104));
        Assert.Equal([true, true, false], first.Receive(103, 104, 105));
        Assert.Equal([true, false], second.Receive(105, 106));
    }

    [Fact]
    public void A_peer_that_begins_anew_on_each_connection_loses_nothing()
    {
        var (first, second, third) = (new Counter(_number, 1), new Counter(_number, 2), new Counter(_number, 3));
        first.Receive(1, 2, 500);

        Assert.Equal([false, false, false], second.Receive(1, 2, 3));
        Assert.Equal([false], first.Receive(501));
        Assert.Equal([false, false], second.Receive(4, 5));
        Assert.Equal([false, false], third.Receive(1, 2)); // the next rotation
        Assert.Equal([false, false], second.Receive(6, 7));
    }

    [Fact]
    public void Over_a_reconnect_the_number_before_is_known_and_nothing_is_a_duplicate()
    {
        new Counter(_number, 1).Receive(7, 8);

        Assert.Same(_number, _number.Join(3, connection: 1, Neighbours.Always));
        Assert.Equal(
            new KeyNumberVerdict(IsDuplicate: false, Before: 8), _number.Received(3, connection: 1, last: null, Neighbours.Always));
        Assert.Equal(new KeyNumberVerdict(IsDuplicate: false, Before: 3), _number.Received(4, connection: 1, last: 3, Neighbours.Always));
    }

    [Fact]
    public void What_a_connection_brought_that_is_over_for_long_makes_no_duplicates()
    {
        new Counter(_number, 1).Receive(1, 2, 500);

        Assert.Same(_number, _number.Join(3, connection: 2, Neighbours.Never));
        Assert.Equal(
            new KeyNumberVerdict(IsDuplicate: false, Before: 500), _number.Received(3, connection: 2, last: null, Neighbours.Never));
    }

    [Fact]
    public void A_peer_that_counts_anew_on_both_connections_at_once_loses_nothing_whichever_brings_it_first()
    {
        foreach (var isFirst in new[] { true, false })
        {
            var shared = new KeyNumber();
            var (one, other) = (new Counter(shared, 1), new Counter(shared, 2));
            one.Receive(99, 100);
            other.Receive(100);
            var (early, late) = isFirst ? (one, other) : (other, one);

            Assert.Equal([false, false], early.Receive(1, 2));
            Assert.Equal([true, true, false], late.Receive(1, 2, 3));
            Assert.Equal([true, false], early.Receive(3, 4));
        }
    }

    [Fact]
    public void An_old_number_makes_nothing_missing_that_came_before_it()
    {
        var connection = new Counter(_number, 1);

        Assert.Equal([null, 9, 3, 2, 9, 10], connection.Follow(9, 3, 2, 2, 10, 11));
    }

    [Fact]
    public void A_peer_that_counts_anew_on_its_connection_is_followed_from_there()
    {
        var connection = new Counter(_number, 1);

        Assert.Equal([null, 9, 1, 2, 5], connection.Follow(9, 1, 2, 5, 12));
    }

    [Fact]
    public void An_old_number_is_forgotten_with_its_connection()
    {
        new Counter(_number, 1).Follow(9, 3);

        Assert.Equal([3, 10], new Counter(_number, 1).Follow(10, 11));
    }

    [Fact]
    public void That_a_peer_counts_anew_on_the_next_connection_is_known_with_its_first_number()
    {
        new Counter(_number, 1).Follow(240, 241);

        Assert.Equal([241, 1], new Counter(_number, 2).Follow(1, 2));
    }

    [Fact]
    public void A_key_whose_first_number_comes_from_both_connections_is_taken_once()
    {
        new Counter(_number, 1).Receive(7000);

        Assert.Equal([true, false], new Counter(_number, 2).Receive(7000, 7001));
    }

    [Fact]
    public void What_is_behind_the_numbers_of_a_connection_that_is_over_is_no_duplicate()
    {
        new Counter(_number, 1).Receive(1, 2, 500);
        Assert.Same(_number, _number.Join(2, connection: 2, Neighbours.Always));

        Assert.True(_number.Received(2, connection: 2, last: null, Neighbours.Always).IsDuplicate);
        Assert.Equal(new KeyNumberVerdict(IsDuplicate: false, Before: 500), _number.Received(3, connection: 2, last: 2, Neighbours.Never));
    }

    [Fact]
    public void A_connection_that_counts_by_itself_goes_on_with_its_own_numbers()
    {
        new Counter(_number, 1).Receive(1, 2, 500);
        var own = _number.Join(1, connection: 2, Neighbours.Always);
        own.Received(1, connection: 2, last: null, Neighbours.Always);

        Assert.NotSame(_number, own);
        Assert.Same(own, own.Join(2, connection: 2, Neighbours.Always)); // asked for in other words
        Assert.Equal(500, _number.Highest);
    }

    /// <summary>One connection of the key.</summary>
    private sealed record Counter(KeyNumber Shared, long Connection)
    {
        private KeyNumber? _number;
        private long? _last;

        /// <summary>Whether each number is a duplicate.</summary>
        public bool[] Receive(params long[] numbers) => Array.ConvertAll(numbers, number => Receive(number).IsDuplicate);

        /// <summary>What each number follows.</summary>
        public long?[] Follow(params long[] numbers) => Array.ConvertAll(numbers, number => Receive(number).Before);

        private KeyNumberVerdict Receive(long number)
        {
            _number ??= Shared.Join(number, Connection, Neighbours.Always);
            var verdict = _number.Received(number, Connection, _last, Neighbours.Always);
            _last = number;
            return verdict;
        }
    }
}
