using System.Text;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Tests.Connections;

public class DataShapesTests
{
    private readonly DataShapes _shapes = new();

    [Fact]
    public void Two_silent_connections_agree()
    {
        _shapes.Begin();

        Assert.True(_shapes.Agree());
    }

    [Fact]
    public void A_successor_without_data_does_not_agree_while_the_primary_has_some()
    {
        _shapes.Begin();
        Primary("tick 1");

        Assert.False(_shapes.Agree());
    }

    [Fact]
    public void Data_of_another_kind_do_not_agree_even_if_the_primary_is_silent_meanwhile()
    {
        Primary("tick 1");
        _shapes.Begin();
        Assert.True(_shapes.Agree());

        Successor("error");
        Assert.False(_shapes.Agree());

        Successor("tick 2");
        Assert.True(_shapes.Agree());
    }

    [Fact]
    public void While_both_have_data_only_the_kinds_of_now_count()
    {
        Primary("welcome");
        _shapes.Begin();
        Primary("tick 1");
        Successor("welcome");

        Assert.False(_shapes.Agree());
    }

    [Fact]
    public void A_successor_agrees_with_a_primary_that_never_had_data()
    {
        _shapes.Begin();
        Successor("error");

        Assert.True(_shapes.Agree());
    }

    [Fact]
    public void A_rotation_begins_without_what_another_has_seen()
    {
        _shapes.Begin();
        Primary("tick 1");
        Successor("tick 1");
        _shapes.End();
        Assert.True(_shapes.Agree());

        _shapes.Begin();
        Primary("tick 1");

        Assert.False(_shapes.Agree());
    }

    private void Primary(string text) => _shapes.Received(1, isSuccessor: false, MessageKind.Text, Encoding.UTF8.GetBytes(text));

    private void Successor(string text) => _shapes.Received(1, isSuccessor: true, MessageKind.Text, Encoding.UTF8.GetBytes(text));
}
