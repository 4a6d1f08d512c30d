using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Subscriptions;

/// <summary>Embeds the library with one endpoint, over real sockets, and counts what its feed tells.</summary>
internal sealed class KeyClient : IAsyncDisposable
{
    private const string Group = "venue";

    private readonly ActorSystem _system = ActorSystem.Create(
        "keys", ConfigurationFactory.ParseString("akka.loglevel = ERROR").WithFallback(DedicatedThreadScheduler.Configuration));

    public Ear Heard { get; } = new();

    public static async Task<KeyClient> StartAsync(EndpointSettings endpoint, Rate? sendRate)
    {
        var client = new KeyClient();
        var feeds = new FeedRegistry(TimeProvider.System);
        var supervisor = client._system.ActorOf(
            ConnectionSupervisor.Props(
                new SupervisorDependencies(new TransportCatalog(TimeProvider.System), new SecretAttemptResolver(), feeds)),
            "connections");
        await supervisor.Ask<ConfigurationApplied>(
            new ApplyConfiguration(
                [endpoint with { Group = Group }],
                new([KeyValuePair.Create(Group, new GroupSettings { Name = Group, SendRate = sendRate })]),
                new SupervisorSettings { StartSpread = TimeSpan.Zero }),
            TimeSpan.FromSeconds(30));
        feeds.Find(endpoint.Id)!.Subscribe(client.Heard);
        return client;
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    /// <summary>Counts messages, gaps, and keys that were accepted at any time.</summary>
    public sealed class Ear : IFeedHandler
    {
        private readonly HashSet<string> _accepted = new(StringComparer.Ordinal);
        private long _messages, _ofNoKey;
        private int _keys, _missing;

        public int Accepted => Volatile.Read(ref _keys);

        public long Messages => Volatile.Read(ref _messages);

        public long OfNoKey => Volatile.Read(ref _ofNoKey);

        public int Missing => Volatile.Read(ref _missing);

        public void OnEvent(in FeedEvent feedEvent)
        {
            if (feedEvent.IsMessage)
            {
                _messages++;
                if (feedEvent.Subscription is null)
                    _ofNoKey++;
            }
            else if (feedEvent.KeyState is { State: "accepted" } && _accepted.Add(feedEvent.Subscription!))
                Volatile.Write(ref _keys, _accepted.Count);
            else if (feedEvent.Gap is { Reason: GapReason.Missing })
                _missing++;
        }
    }
}
