using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections;

public class DataShapesTests
{
    private readonly DataShapes _shapes = new();

    [Fact]
    public void Two_connections_that_never_had_data_agree()
    {
        _shapes.Begin();

        Assert.True(_shapes.Agree(silenceIsFine: false));
    }

    [Fact]
    public void A_successor_without_data_does_not_agree_with_a_primary_that_has_some_now()
    {
        _shapes.Begin();
        Primary("tick 1");

        Assert.False(_shapes.Agree(silenceIsFine: true));
    }

    [Fact]
    public void A_successor_without_data_agrees_with_a_primary_that_had_some_only_if_its_silence_is_fine()
    {
        Primary("tick 1", number: 8);
        _shapes.Begin();

        Assert.Equal((true, false), (_shapes.Agree(silenceIsFine: true), _shapes.Agree(silenceIsFine: false)));
    }

    [Fact]
    public void Data_of_another_kind_do_not_agree_even_if_the_primary_is_silent_meanwhile()
    {
        Primary("tick 1", number: 8);
        _shapes.Begin();

        Successor("error");
        Assert.False(_shapes.Agree(silenceIsFine: true));

        Successor("tick 2");
        Assert.True(_shapes.Agree(silenceIsFine: true));
    }

    [Fact]
    public void A_greeting_is_no_proof()
    {
        Primary("welcome", number: 1);
        Primary("tick 1", number: 8);
        _shapes.Begin();
        Successor("welcome");

        Assert.False(_shapes.Agree(silenceIsFine: true));
    }

    [Fact]
    public void While_both_have_data_only_the_kinds_of_now_count()
    {
        Primary("status", number: 8);
        _shapes.Begin();
        Primary("tick 1");
        Successor("status");

        Assert.False(_shapes.Agree(silenceIsFine: true));
    }

    [Fact]
    public void Every_kind_that_comes_to_the_primary_again_and_again_must_come_to_the_successor()
    {
        _shapes.Begin();
        Primary("beat");
        Primary("tick 1");
        Successor("beat");
        Assert.True(_shapes.Agree(silenceIsFine: true));

        Primary("tick 2");
        Assert.False(_shapes.Agree(silenceIsFine: true));

        Successor("tick 2");
        Assert.True(_shapes.Agree(silenceIsFine: true));
    }

    [Fact]
    public void Data_that_the_primary_never_had_do_not_agree()
    {
        _shapes.Begin();
        Successor("error");

        Assert.False(_shapes.Agree(silenceIsFine: true));
    }

    [Fact]
    public void A_rotation_begins_without_what_another_has_seen()
    {
        _shapes.Begin();
        Primary("tick 1");
        Successor("tick 1");
        _shapes.End();
        Assert.True(_shapes.Agree(silenceIsFine: true));

        _shapes.Begin();
        Primary("tick 1");

        Assert.False(_shapes.Agree(silenceIsFine: true));
    }

    private void Primary(string text, long number = 1) =>
        _shapes.Received(number, isSuccessor: false, MessageKind.Text, Encoding.UTF8.GetBytes(text));

    private void Successor(string text) => _shapes.Received(1, isSuccessor: true, MessageKind.Text, Encoding.UTF8.GetBytes(text));
}
