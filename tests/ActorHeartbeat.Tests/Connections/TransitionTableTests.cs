using System.Runtime.CompilerServices;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.TestKit;
using Akka.Actor;
using Akka.TestKit;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>The table in the comment of ConnectionActor is what the actor does.</summary>
public class TransitionTableTests : ConnectionSpec
{
    private static readonly MessagePattern Welcome = new MessagePattern.Text("welcome");

    [Fact]
    public void The_transitions_that_happen_are_those_of_the_table()
    {
        var observed = new HashSet<(string From, string To)>();
        var listener = CreateTestProbe();
        Start(
            Defaults with
            {
                OnOpen =
                [
                    new OpeningMessage(OutboundMessage.Text("a"), Welcome, Seconds(5)),
                    new OpeningMessage(OutboundMessage.Text("b"), Welcome, Seconds(5)),
                ],
                Heartbeat = new HeartbeatSettings
                {
                    MaxMissed = 2,
                    Interval = Seconds(4),
                    Timeout = Seconds(2),
                },
            });
        Connection.Tell(new FSMBase.SubscribeTransitionCallBack(listener.Ref));
        listener.ExpectMsg<FSMBase.CurrentState<ConnectionState>>();

        // Connecting -> BackingOff, then the whole opening dialogue.
        Network.Script(Id, DialScript.Fail(FailureLayer.Tcp));
        Advance(0);
        Advance(1);
        Greet();
        // Open -> Open (looked early), -> AwaitingPong -> Open -> AwaitingPong -> AwaitingPong -> BackingOff.
        Advance(2);
        Socket.DeliverText("data");
        Advance(2);
        Advance(2);
        Advance(0);
        Socket.GoHalfOpen();
        Advance(4);
        Advance(0); // stable by now, which is looked at first
        Advance(2);
        Advance(2);
        // Open -> BackingOff, then closed for good.
        Advance(1.5);
        Greet();
        Socket.Lose();
        Settle();
        WatchConnection();
        Connection.Tell(new CloseConnection(1000, "done"));
        ExpectStopped();
        observed.Add(("BackingOff", "stops"));
        observed.UnionWith(Heard(listener));

        Assert.Equal(Table().Order(), observed.Order());
    }

    private static IEnumerable<(string From, string To)> Heard(TestProbe listener)
    {
        while (listener.HasMessages)
        {
            var transition = listener.ExpectMsg<FSMBase.Transition<ConnectionState>>();
            yield return (transition.From.ToString(), transition.To.ToString());
        }
    }

    private static HashSet<(string From, string To)> Table([CallerFilePath] string here = "")
    {
        var source = Path.Combine(Path.GetDirectoryName(here)!, "../../../src/ActorHeartbeat/Connections/ConnectionActor.cs");
        var rows = File.ReadLines(source).Where(line => line.StartsWith("/// |", StringComparison.Ordinal)).Skip(2).ToArray();
        Assert.True(rows.Length > 20, "the table is in the comment of ConnectionActor");
        return [.. rows.Select(row => row.Split('|')).Select(cells => (cells[1].Trim(), cells[4].Trim()))];
    }

    private void Greet()
    {
        Settle();
        Socket.DeliverText("welcome");
        Settle();
        Socket.DeliverText("welcome");
        Settle();
    }
}
