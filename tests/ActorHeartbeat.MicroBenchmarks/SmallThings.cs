using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.Frames;
using BenchmarkDotNet.Attributes;

namespace ActorHeartbeat.MicroBenchmarks;

/// <summary>What is done for each message, each heartbeat of the wire, and each attempt to connect, by itself.</summary>
[MemoryDiagnoser]
public class SmallThings
{
    private const int Length = 128;

    private static readonly byte[] Trade = Encoding.UTF8.GetBytes(
        """{"e":"trade","E":1795905781250,"s":"BNBBTC","t":12345,"p":"0.001","q":"100.000","T":1795905781249,"m":true,"event":"x"}""");

    private readonly byte[] _buffer = new byte[4096];
    private readonly BackoffSettings _curve = new();
    private readonly RequestPermit _request = new(new EndpointId("a"), "host-a:443", null, 1);
    private FrameTap _tap = null!; // it and those below are made before the first operation
    private FeedWriter _unread = null!, _read = null!;
    private FeedSubscription _reader = null!;
    private InboundRules _rules = null!;
    private GovernorLedger<int> _ledger = null!;
    private TimeSpan _now;
    private long _ping;
    private int _failures;

    [GlobalSetup]
    public void Prepare()
    {
        _tap = new FrameTap(new OneFrame(Length), new Deaf());
        var feeds = new FeedRegistry(TimeProvider.System);
        _unread = feeds.GetOrAdd(new EndpointId("unread"), new LimitSettings()).Begin();
        _read = feeds.GetOrAdd(new EndpointId("read"), new LimitSettings()).Begin();
        _reader = feeds.Subscribe(new EndpointId("read"), new SubscriptionOptions { IncludeState = false });
        _rules = InboundRules.Of(new EndpointSettings
        {
            Id = new EndpointId("a"),
            Url = new Uri("ws://feed.test/"),
            OnMessage = [.. Enumerable.Range(0, 9).Select(number => Rule("/event", $"\"notice {number}\"")), Rule("/e", "\"trade\"")],
        });
        _ledger = new GovernorLedger<int>();
        _ledger.Configure(
            new SupervisorSettings { ConnectRate = new Rate(1000, TimeSpan.FromSeconds(1)), ConnectBurst = 1000 },
            new Dictionary<string, GroupSettings>(StringComparer.Ordinal),
            TimeSpan.Zero);
    }

    /// <summary>The tap hears a frame of 128 bytes go by.</summary>
    [Benchmark]
    [Allocates(0)]
    public ValueTask<int> TapFrame() => _tap.ReadAsync(_buffer);

    /// <summary>The tap sends a ping.</summary>
    [Benchmark]
    [Allocates(0)]
    public bool TapPing() => _tap.Outbound.TryPing(++_ping);

    /// <summary>Ten rules look at a message; the last takes it.</summary>
    [Benchmark]
    [Allocates(0)]
    public bool Matcher() => _rules.Find(Trade, out _, out _) is not null;

    /// <summary>A message goes to a feed that nobody reads.</summary>
    [Benchmark]
    [Allocates(0)]
    public ValueTask FeedAppend() => _unread.PublishAsync(MessageKind.Text, Trade);

    /// <summary>A message goes to a feed and to its reader, which gets a copy of its own: 119 bytes in an array.</summary>
    [Benchmark]
    [Allocates(144)]
    public bool FeedAppendAndRead()
    {
        _ = _read.PublishAsync(MessageKind.Text, Trade);
        return _reader.TryRead(out _);
    }

    /// <summary>An attempt asks for its permit, gets it, opens, and its connection ends.</summary>
    [Benchmark]
    [Allocates(800)]
    public bool Permit()
    {
        _now += TimeSpan.FromSeconds(1);
        _ledger.Request(1, _request, _now);
        if (_ledger.Grant(_now) is null)
            throw new InvalidOperationException("no permit"); // the benchmark would measure something else
        _ledger.HandshakeOver(1);
        _ledger.ConnectionGone(1);
        return true;
    }

    /// <summary>The delay before an attempt.</summary>
    [Benchmark]
    [Allocates(0)]
    public TimeSpan Backoff() => ReconnectBackoff.Delay(_curve, _failures = (_failures + 1) & 15, random: 0.5);

    private static MessageRule Rule(string pointer, string value) =>
        new() { Match = new MessagePattern.Json([new JsonExpectation(pointer, value)]), Is = MessageRole.Data };

    /// <summary>Reads the same text frame of a server again and again (RFC 6455 section 5.2), and takes what is written.</summary>
    private sealed class OneFrame(int length) : DuplexStream(Null)
    {
        private readonly byte[] _frame = [0x81, 126, (byte)(length >> 8), (byte)length, .. new byte[length]];

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _frame.CopyTo(buffer);
            return new(_frame.Length);
        }
    }

    private sealed class Deaf : IConnectionObserver
    {
        public LimitSettings Limits { get; } = new();

        public void OnActivity()
        {
        }

        public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload) => default;

        public void OnPong(ReadOnlySpan<byte> payload)
        {
        }

        public void OnEnded(ConnectionEnd end)
        {
        }
    }
}
