namespace ActorHeartbeat.TestKit;

/// <summary>One way for a server to misbehave, with its effect on a correct client; see <see cref="All"/>.</summary>
/// <param name="Name">Its name, such as <c>status-429</c>; stable, for tables and test data.</param>
/// <param name="Stage">The layer at which it happens.</param>
/// <param name="Effect">Its effect on a correct client.</param>
/// <param name="Description">One line about what the server does.</param>
public sealed record Fault(string Name, FaultStage Stage, FaultEffect Effect, string Description)
{
    /// <summary>No fault: the server behaves; not part of <see cref="All"/>.</summary>
    public static readonly Fault None = new("none", FaultStage.Message, FaultEffect.Harmless, "a server that behaves")
    {
        Script = connection => connection.AcceptAndServeAsync(),
    };

    /// <summary>Every fault, from TCP up.</summary>
    public static IReadOnlyList<Fault> All { get; } =
        [.. TcpFaults.All, .. TlsFaults.All, .. HandshakeFaults.All, .. MessageFaults.All, .. CloseFaults.All, .. HeartbeatFaults.All];

    /// <summary>The close code that RFC 6455 requires of the client; null when it requires none or leaves it open.</summary>
    public int? CloseSent { get; init; }

    /// <summary>The status with which the handshake is refused; null when it is not refused.</summary>
    public int? Status { get; init; }

    /// <summary>The code of the Close frame the server sends (1005 for one without a code); null when it sends none.</summary>
    public int? CloseReceived { get; init; }

    /// <summary>Whether the client is expected to speak TLS, so that the server's URL is wss.</summary>
    public bool UsesTls { get; init; }

    internal Func<FaultedConnection, Task> Script { get; init; } = _ => Task.CompletedTask;

    /// <exception cref="KeyNotFoundException">There is no such fault.</exception>
    public static Fault Named(string name) =>
        All.FirstOrDefault(fault => fault.Name == name) ?? throw new KeyNotFoundException($"there is no fault named {name}");

    public override string ToString() => Name;
}

/// <summary>The layer at which a fault happens.</summary>
public enum FaultStage
{
    Tcp,
    Tls,
    Handshake,
    Message,
    Close,
    Heartbeat,
}

/// <summary>The effect of a fault on a correct client.</summary>
public enum FaultEffect
{
    /// <summary>The dial fails by itself.</summary>
    Refused,

    /// <summary>The dial never ends by itself; only the connect deadline ends it.</summary>
    Stalled,

    /// <summary>The connection opens and then ends, by the server or because the client must end it.</summary>
    Ended,

    /// <summary>The connection opens and then stays silent; only a heartbeat detects it.</summary>
    Silent,

    /// <summary>The connection opens and must stay open.</summary>
    Harmless,
}
