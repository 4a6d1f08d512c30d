using System.Collections.Immutable;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Subscriptions;
using ActorHeartbeat.Telemetry;
using Akka.Actor;

namespace ActorHeartbeat.Supervision;

/// <summary>The registry's entry of an endpoint: what is wanted of it, how it stands, and the connections that exist for it now.</summary>
internal sealed class RegistryEntry(EndpointSettings settings, EndpointPlane plane, DateTimeOffset since) : IReadableEndpoint
{
    private ImmutableArray<SupervisedConnection> _connections = [];
    private AddedKeys? _addedKeys; // null before they are asked for
    private EndpointSettings? _effective; // null where the settings or the added keys have changed since
    private DateTime? _downSince = since.UtcDateTime; // of half the size
    private DateTime _since = since.UtcDateTime;
    private TransitionJournal _journal;

    public EndpointId Id { get; } = settings.Id;

    public EndpointPlane Plane { get; } = plane;

    public ref TransitionJournal Journal => ref _journal;

    public EndpointSettings Settings
    {
        get;
        set
        {
            field = value;
            FollowKeys();
        }
    } = settings;

    /// <summary>The settings with the keys of subscriptions that were added while it runs.</summary>
    public EndpointSettings Effective => _effective ??= _addedKeys?.Over(Settings) ?? Settings;

    /// <summary>These keys.</summary>
    public AddedKeys AddedKeys => _addedKeys ??= new();

    /// <summary>What the endpoint's group allows to be sent over one connection; null for no limit.</summary>
    public Rate? SendRate { get; set; }

    public EndpointMode Mode { get; private set; } = EndpointMode.Paused;

    public CloseCause? Failure { get; private set; }

    public DateTimeOffset Since => _since;

    /// <summary>When it was open last, or was added or wanted again where it never was since; null while it is open.</summary>
    /// <remarks>Its actor shows a state before it is published.</remarks>
    public DateTimeOffset? DownSince =>
        Mode == EndpointMode.Running && Status is { IsUp: true } ? null : _downSince ?? Status?.Since;

    /// <summary>Whether to forget the endpoint when its last connection is gone.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Whether an operator has paused it, and neither the operator nor the configuration has said otherwise since.</summary>
    public bool IsPausedByOperator { get; set; }

    /// <summary>Planned rotations in a row that failed.</summary>
    public int RotationFailures { get; set; }

    /// <summary>The endpoint's connection; null when none is wanted.</summary>
    public SupervisedConnection? Primary { get; private set; }

    /// <summary>The connection of a planned rotation that has not taken over yet.</summary>
    public SupervisedConnection? Successor { get; private set; }

    /// <summary>The connection whose state is the endpoint's: the primary, or the last one while it closes.</summary>
    public SupervisedConnection? Shown { get; private set; }

    /// <summary>What it knows from before its first connection, such as from an earlier process.</summary>
    public Session Before { private get; set; } = Session.Empty;

    /// <summary>What the next connection begins with.</summary>
    public Session Session => Shown is null ? Before : Shown.Board.Link?.Session ?? Shown.Before;

    /// <summary>What of the keys of its subscriptions may outlive the process.</summary>
    public ValueMap<KeySession> KeySessions => Shown?.Board.Link?.Subscriptions.Sessions() ?? Session.Keys;

    /// <summary>How the keys of its subscriptions stand.</summary>
    public ValueList<KeyStatus> Keys =>
    [
        .. (Shown?.Board.Link?.Subscriptions.Show() ?? Effective.Subscriptions.SelectMany(each =>
                each.Value.ForEach.Select(key => new KeyStatus(each.Key, key, SubscriptionState.Wanted, "", null, null))))
            .Select(key => key with { IsAdded = _addedKeys?.Contains(key.Subscription, key.Key) == true }),
    ];

    /// <summary>How many they are in each state.</summary>
    public ValueList<SubscriptionCounts> KeyCounts => Shown?.Board.Link?.Subscriptions.Count() ??
        [.. Effective.Subscriptions.Select(each => new SubscriptionCounts(each.Key, each.Value.ForEach.Count, 0, 0, 0, 0, 0))];

    /// <summary>The state that was published last; null before the first.</summary>
    public ConnectionState? Published { get; private set; }

    public ImmutableArray<SupervisedConnection> Connections => _connections;

    /// <summary>Whether a second connection may open beside the primary: not while an old one is still closing.</summary>
    public bool CanRotate => Primary is not null && _connections.Length == 1;

    /// <summary>Whether no connection exists for it, not even one that is closing.</summary>
    public bool IsIdle => _connections.IsEmpty;

    /// <summary>
    /// The status of the endpoint's connection; null before the first
    /// started. Of a connection that is no longer wanted only the past holds.
    /// </summary>
    public ConnectionStatus? Status => Shown?.Board.Status is not { } status ? null : Shown == Primary ? status : status.WithoutActor();

    /// <summary>
    /// <c>connecting</c>, <c>open</c>, <c>awaiting-pong</c>, <c>backing-off</c>, <c>paused</c> or <c>failed</c>.
    /// </summary>
    public static string StateOf(EndpointMode mode, ConnectionState? connection) => mode switch
    {
        EndpointMode.Paused => "paused",
        EndpointMode.Failed => "failed",
        _ => (connection ?? ConnectionState.BackingOff).Name(),
    };

    /// <inheritdoc/>
    public EndpointReading Read()
    {
        var mode = Mode;
        var connection = Status?.State ?? ConnectionState.BackingOff;
        return new EndpointReading(StateOf(mode, connection), mode == EndpointMode.Running ? connection : null);
    }

    public void Enter(EndpointMode mode, DateTimeOffset now, CloseCause? failure = null)
    {
        if (mode != Mode)
            _since = now.UtcDateTime;
        if (mode == EndpointMode.Running ? mode != Mode : _downSince is null)
            _downSince = now.UtcDateTime;
        (Mode, Failure) = (mode, failure);
    }

    /// <summary>The added keys have changed. <see cref="FollowKeys"/> comes when no more of them change at once.</summary>
    public void KeysHaveChanged() => _effective = null;

    /// <summary>Wants a key that is refused, on each of its connections.</summary>
    /// <returns>Whether it is refused.</returns>
    public bool WantRefused(string subscription, string key)
    {
        var isRefused = Plane.Subscriptions?.WantRefused(subscription, key) == true;
        foreach (var connection in _connections)
            isRefused |= connection.Board.Link?.Subscriptions.WantRefused(subscription, key) == true;
        return isRefused;
    }

    /// <summary>Notes the state that is published now.</summary>
    /// <returns>The one before it.</returns>
    public ConnectionState Publish(ConnectionState state, DateTimeOffset at)
    {
        var before = Published ?? ConnectionState.BackingOff;
        _downSince = state == ConnectionState.Open ? null : _downSince ?? at.UtcDateTime;
        Published = state;
        return before;
    }

    /// <summary>Follows a change of the settings, or of the added keys.</summary>
    public void FollowKeys()
    {
        _effective = null;
        if (Status is not { IsUp: true })
            Plane.Subscriptions?.Change(Effective); // no connection follows, and the next one begins with these
    }

    /// <summary>Tells the connections that are wanted: one, none, or two during a rotation.</summary>
    public void Tell(object message)
    {
        Primary?.Actor?.Tell(message);
        Successor?.Actor?.Tell(message);
    }

    public SupervisedConnection Begin(ConnectionId id, bool isPrimary)
    {
        var connection = new SupervisedConnection(this, id, new ConnectionBoard(isPrimary ? Status : null))
        {
            Before = Session,
        };
        _connections = _connections.Add(connection);
        if (!isPrimary)
        {
            Successor = connection;
            return connection;
        }
        Primary = Shown = connection;
        Plane.Feed.LetSpeak(id.Number);
        return connection;
    }

    /// <summary>Marks all its connections as no longer wanted; they are to close.</summary>
    /// <returns>All of them.</returns>
    public ImmutableArray<SupervisedConnection> ReleaseConnections()
    {
        if (IsRemoved)
            (Shown, Before) = (null, Session.Empty);
        Plane.Feed.LetSpeak(Shown?.Id.Number ?? 0);
        (Primary, Successor) = (null, null);
        return _connections;
    }

    /// <summary>Makes the successor the primary.</summary>
    /// <returns>The old one, which is to close.</returns>
    public SupervisedConnection Promote()
    {
        var old = Primary!; // a successor is let go with its primary
        (Primary, Shown, Successor) = (Successor, Successor, null);
        RotationFailures = 0;
        return old;
    }

    /// <summary>Lets the primary speak for the endpoint again: the successor has failed, perhaps after it was asked to take over.</summary>
    public void PrimarySpeaks()
    {
        if (Plane.Feed.LetSpeak(Primary!.Id.Number) && Primary.Board.Status is { IsUp: false } status)
            // the feed did not take its states meanwhile
            Plane.Feed.StateChanged(status.State.ForFeed(status.LastClose?.Detail));
    }

    /// <summary>
    /// Whether the connection is wanted. Neither one that was released, whose late reports are stale, nor a successor that has failed.
    /// </summary>
    public bool Wants(SupervisedConnection connection) =>
        (connection == Primary || connection == Successor) && connection.Failure is null;

    public SupervisedConnection? Find(ConnectionId id) => _connections.FirstOrDefault(connection => connection.Id == id);

    public void Gone(SupervisedConnection connection)
    {
        _connections = _connections.Remove(connection);
        if (Primary == connection)
            Primary = null;
        if (Successor == connection)
            Successor = null;
    }
}

/// <summary>A connection of the registry, over all restarts of its actor.</summary>
internal sealed class SupervisedConnection(RegistryEntry endpoint, ConnectionId id, ConnectionBoard board)
{
    public RegistryEntry Endpoint { get; } = endpoint;

    public ConnectionId Id { get; } = id;

    public ConnectionBoard Board { get; } = board;

    /// <summary>What the endpoint knew when it began.</summary>
    public required Session Before { get; init; }

    /// <summary>Its actor; null while it waits for its restart.</summary>
    public IActorRef? Actor { get; set; }

    /// <summary>When its actor last started, on the scheduler's clock.</summary>
    public TimeSpan StartedAt { get; set; }

    /// <summary>Crashes in a row, each soon after the start before it.</summary>
    public int Crashes { get; set; }

    /// <summary>What the primary receives once this failed successor is gone; null when it has not failed.</summary>
    public RotationFailed? Failure { get; set; }
}
