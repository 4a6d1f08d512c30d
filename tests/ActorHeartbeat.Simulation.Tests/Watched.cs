using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>The invariants' record of one endpoint. It is also the endpoint's consumer.</summary>
internal sealed class Watched(Invariants invariants, EndpointSettings settings) : IFeedHandler
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private KeyReader? _reader;
    private long? _lastSeq;

    public EndpointSettings Settings { get; set; } = settings;

    /// <summary>When the settings last changed, in simulated time.</summary>
    public TimeSpan SettingsSince { get; set; }

    /// <summary>The supervisor's entry; null before the supervisor has reported it.</summary>
    public RegistryEntry? Entry { get; private set; }

    /// <summary>The sockets and dials that exist.</summary>
    public List<Witness> Sockets { get; } = [];

    /// <summary>The status as of the last check.</summary>
    public ConnectionStatus? Status { get; set; }

    /// <summary>The host and port of the last failed dial.</summary>
    public string LastRefusedAt { get; set; } = "";

    /// <summary>When the status was last replaced, in simulated time.</summary>
    public TimeSpan StatusSince { get; set; }

    /// <summary>When the connection opened, in simulated time.</summary>
    public TimeSpan OpenSince { get; set; }

    /// <summary>When data last arrived, in simulated time.</summary>
    public TimeSpan DataAt { get; set; }

    /// <summary>The numbered messages that have arrived; <see cref="Heard"/> counts those that the consumer received.</summary>
    public long Received { get; set; }

    public long Heard { get; private set; }

    /// <summary>Whether no connection carried the feed for a moment, so that a gap must come before the next message.</summary>
    public bool OwesGap { get; set; }

    /// <summary>The keys that the operator wants of it.</summary>
    public WantedKeys Wanted { get; } = new(() => invariants.Now);

    /// <summary>The server of its keys; null before its first connection, and for one without.</summary>
    public Venue? Venue { get; set; }

    /// <summary>What was said about keys over the latest connection of its primary; null before the first.</summary>
    public AskedKeys? KeysOfPrimary { get; private set; }

    /// <summary>What its group allows to be sent over one connection; null for no limit.</summary>
    public Rate? SendRate { get; private set; }

    /// <summary>When that last changed.</summary>
    public TimeSpan PaceSince { get; private set; }

    /// <summary>The consumer of its keys.</summary>
    public KeyReader Reader => _reader ??= new KeyReader(invariants, this);

    /// <summary>A key is asked for, over any connection.</summary>
    public void Asked(string key) => _asked.Add(key);

    /// <summary>Whether a key was never asked for.</summary>
    public bool IsNew(string key) => !_asked.Contains(key);

    /// <summary>Whether it is a consumer of the endpoint as it is registered now.</summary>
    public bool IsHearing => Entry is { } entry && invariants.Registry().GetValueOrDefault(entry.Id) == entry;

    /// <summary>Whether one of its sockets is, or was, beside another one.</summary>
    public bool IsRotating => Sockets.Exists(socket => socket.IsBesideAnother);

    public void Pace(Rate? sendRate)
    {
        if (sendRate == SendRate)
            return;
        (SendRate, PaceSince) = (sendRate, invariants.Now);
    }

    /// <summary>Learns which connection the next one takes its keys from.</summary>
    public void FollowPrimary()
    {
        if (Entry?.Plane.Subscriptions is not { } present || Sockets.Find(socket => socket.Link.Subscriptions == present) is not { } socket)
            return;
        var isWorking = Sockets.Exists(each => each is { IsGone: false, Scripted.IsEnded: false } && each.Keys == KeysOfPrimary);
        if (KeysOfPrimary is { } before && before != socket.Keys && isWorking)
            socket.Keys?.TakeOver(before);
        KeysOfPrimary = socket.Keys;
    }

    public void Remember(RegistryEntry entry)
    {
        if (ReferenceEquals(entry, Entry))
            return;
        (Entry, Status, _lastSeq, OwesGap, Received) = (entry, null, null, false, 0);
        Heard = 0;
        KeysOfPrimary = null;
        Reader.Forget();
        entry.Plane.Feed.Subscribe(this);
    }

    /// <summary>Whether a message is data, which is a number; all others belong to the heartbeat or the opening dialogue.</summary>
    public static bool IsData(ReadOnlySpan<byte> payload) => payload[0] is >= (byte)'0' and <= (byte)'9';

    public void OnEvent(in FeedEvent feedEvent)
    {
        if (!feedEvent.IsNumbered)
            return;
        if (_lastSeq is { } last && feedEvent.FirstSeq != last + 1)
            invariants.Broken(this, $"8: event {feedEvent} after number {last}");
        if (feedEvent.Gap is not null)
            OwesGap = false;
        else if (OwesGap)
            invariants.Broken(this, $"8: {feedEvent} follows a break without a gap");
        _lastSeq = feedEvent.Seq;
        if (feedEvent.IsMessage && IsData(feedEvent.Payload.Span))
            Heard++;
        Reader.OnEvent(feedEvent);
    }
}
