namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>What somebody would take to keep many feeds alive: a program that connects at once and ends with its input.</summary>
/// <param name="Name">As the tables show it.</param>
/// <param name="Command">The command for a number of connections to a URL, with a ping each so many seconds.</param>
/// <param name="TellsHeap">Whether it answers a line on its input by the bytes of its heap in use.</param>
/// <param name="Reconnects">Whether it dials again by itself.</param>
internal sealed record Peer(string Name, Func<PeerOrder, string[]> Command, bool TellsHeap = true, bool Reconnects = true)
{
    /// <param name="clients">The folder of the programs that <c>tests/peers.sh</c> has built.</param>
    /// <param name="service">The assembly of the service.</param>
    public static IReadOnlyList<Peer> All(string clients, string service) =>
    [
        new("service", order => ["dotnet", service, "run", ServiceFile.Write(order)], TellsHeap: false),
        new("library", order => Self("library", order)),
        new("ClientWebSocket", order => Self("bare", order), Reconnects: false),
        new("Websocket.Client", order => Self("websocket-client", order)),
        new("node ws", order => ["node", "--expose-gc", Path.Combine(clients, "node", "client.mjs"), .. order.Words]),
        new("Go gorilla", order => [Path.Combine(clients, "go-client"), .. order.Words]),
        new(
            "Python websockets",
            order => ["/usr/bin/python3", Path.Combine(clients, "python", "client.py"), .. order.Words],
            TellsHeap: false),
    ];

    private static string[] Self(string kind, PeerOrder order) =>
        ["dotnet", typeof(Peer).Assembly.Location, "peer", kind, .. order.Words];
}

/// <summary>What a peer is to do.</summary>
internal sealed record PeerOrder(Uri Url, int Connections, PeerCertificate Certificate)
{
    public int PingSeconds { get; init; } = 30;

    public string[] Words => [$"{Url}", $"{Connections}", $"{PingSeconds}"];
}
