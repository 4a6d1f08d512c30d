using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Simulation;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using BenchmarkDotNet.Attributes;

namespace ActorHeartbeat.MicroBenchmarks;

/// <summary>
/// What an open connection does under its supervisor. The actors run on one thread in virtual time, so that everything is counted, and the
/// same each time.
/// </summary>
[MemoryDiagnoser]
public class Supervised
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromMinutes(1);

    private static readonly byte[] Message = Encoding.UTF8.GetBytes("""{"e":"trade","s":"BNBBTC","t":12345,"p":"0.001","q":"100.000"}""");

    private readonly Peer _peer = new();
    private ActorSimulation _simulation = null!; // made before the first operation

    [GlobalSetup]
    public void Open()
    {
        _simulation = new ActorSimulation(seed: 1);
        var feeds = new FeedRegistry(TimeProvider.System);
        var dependencies = new SupervisorDependencies(_peer, new SecretAttemptResolver(), feeds) { Seed = 1 };
        var supervisor = _simulation.System.ActorOf(ConnectionSupervisor.Props(dependencies), "connections");
        var endpoint = new EndpointSettings
        {
            Id = new EndpointId("a"),
            Url = new Uri("ws://feed.test/"),
            Heartbeat = new HeartbeatSettings { When = HeartbeatWhen.Always, Interval = Interval },
        };
        _simulation.Run(() => _simulation.Ask<ConfigurationApplied>(
            supervisor, new ApplyConfiguration([endpoint], ValueMap<GroupSettings>.Empty, new SupervisorSettings()), Patience));
        _simulation.Advance(Patience);
        Heartbeat();
    }

    [GlobalCleanup]
    public void Close() => _simulation.Dispose();

    /// <summary>A timer is due, a ping goes out, its answer comes, the next timer is set: with what the simulation itself takes.</summary>
    [Benchmark]
    [Allocates(2072)]
    public void Heartbeat()
    {
        var before = _peer.Pings;
        _simulation.Advance(Interval);
        _peer.Answer();
        _simulation.RunUntilIdle();
        if (_peer.Pings != before + 1)
            throw new InvalidOperationException($"{_peer.Pings - before} heartbeats"); // the benchmark would measure something else
    }

    /// <summary>A message comes from the transport and goes to the feed.</summary>
    [Benchmark]
    [Allocates(0)]
    public ValueTask Receive() => _peer.Deliver(Message);

    /// <summary>Opens at once, and answers when it is told.</summary>
    private sealed class Peer : IDialer, IConnection
    {
        private readonly byte[] _payload = new byte[PingPayload.MaxLength];
        private IConnectionObserver? _observer;
        private long _asked;

        public int Pings { get; private set; }

        public string? Subprotocol => null;

        public Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
        {
            _observer = observer;
            return Task.FromResult<DialResult>(new DialResult.Connected(this));
        }

        public void Start()
        {
        }

        public ValueTask Deliver(byte[] message) => _observer!.OnMessageAsync(MessageKind.Text, message);

        public void Answer() => _observer!.OnPong(_payload.AsSpan(0, PingPayload.Write(_asked, _payload)));

        public ValueTask<SendStatus> SendAsync(OutboundMessage message) => new(SendStatus.Sent);

        public bool TryPing(long id)
        {
            _asked = id;
            Pings++;
            return true;
        }

        public void Close(int code, string reason) => Abort();

        public void Abort() => _observer!.OnEnded(new ConnectionEnd(1006, "", false));
    }
}
