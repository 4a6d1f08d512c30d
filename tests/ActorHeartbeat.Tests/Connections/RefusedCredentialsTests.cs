using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections;

/// <summary>How a connection reads credentials again that were refused.</summary>
public class RefusedCredentialsTests : ConnectionSpec
{
    private static readonly EndpointSettings WithToken = Defaults with
    {
        Headers = new ValueMap<SecretValue>([new("Authorization", new SecretValue(SecretSource.File, "token"))]),
    };

    [Fact]
    public void Credentials_that_hang_are_not_read_a_second_time_meanwhile()
    {
        var resolver = new HangingResolver();
        Resolver = resolver;
        Network.Script(Id, DialScript.Refuse(401));
        Start(WithToken);
        ExpectStates(ConnectionState.BackingOff);
        Advance(0);
        ExpectStates(ConnectionState.Connecting, ConnectionState.BackingOff);

        Advance(30);
        Assert.Equal(2, resolver.Calls); // the dial's, and the one that hangs

        resolver.Answer();
        Advance(5);
        Assert.Equal(3, resolver.Calls);
    }

    private sealed class HangingResolver : IAttemptResolver
    {
        private readonly TaskCompletionSource _answer = new();

        public int Calls { get; private set; }

        /// <summary>Who waits has gone on when this returns: on a thread of the test, xUnit's context would send him to the pool.</summary>
        public void Answer()
        {
            var thread = new Thread(_answer.SetResult);
            thread.Start();
            Assert.True(thread.Join(Seconds(10)));
        }

        public async ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation)
        {
            if (++Calls > 1)
                await _answer.Task;
            return new DialRequest(attempt.Settings, attempt.Url, []);
        }
    }
}
