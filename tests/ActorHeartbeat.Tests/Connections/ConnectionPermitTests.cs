using ActorHeartbeat.Connections;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.TestKit;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>How a connection actor handles a permit that crosses its own messages.</summary>
public class ConnectionPermitTests : ConnectionSpec
{
    [Fact]
    public void A_permit_granted_twice_leaves_a_dial_its_handshake()
    {
        Network.Script(Id, DialScript.Manual);
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting);

        GrantAgain();

        Assert.Equal((1, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
        Network.DialsOf(Id)[0].Accept();
        Settle();
        Assert.Equal((0, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    [Fact]
    public void A_permit_granted_to_an_open_connection_does_not_make_the_governor_forget_it()
    {
        StartOpen();

        GrantAgain();

        Assert.Equal((0, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    [Fact]
    public void A_permit_granted_while_the_previous_socket_closes_does_not_make_the_governor_forget_that_socket()
    {
        StartOpen();
        Network.HoldsEnds = true;
        Connection.Tell(new Refresh("asked"));
        ExpectBackingOff(CauseKind.Refresh);

        GrantAgain();

        Assert.Equal((0, true), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
        Socket.ReportEnd();
        Settle();
        Assert.Equal((0, false), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    [Fact]
    public void A_permit_granted_to_a_connection_that_does_not_dial_is_returned()
    {
        Network.Script(Id, DialScript.Refuse(401));
        Start();
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        GrantAgain();

        Assert.Equal((0, false), (Ledger.HandshakesInFlight, Ledger.Holders.Contains(Connection)));
    }

    // Sends the request that a reminder of the place in the queue sends when it crosses the grant.
    private void GrantAgain()
    {
        Governor.Tell(new RequestPermit(Id, "feed.test:80", null, 1), Connection);
        Settle();
    }
}
