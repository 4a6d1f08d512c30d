using System.Globalization;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Hosting;
using Akka.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Benchmarks.Peers;

/// <summary>The clients in .NET, each as its users write it. Each runs in a process of its own, until its input ends.</summary>
internal static class PeerClients
{
    private const int AtOnce = 100;

    private static readonly string? Trusted = Environment.GetEnvironmentVariable("PEERS_CA");

    public static async Task RunAsync(string kind, Uri url, int connections, TimeSpan ping)
    {
        object kept = kind switch
        {
            "library" => await LibraryAsync(url, connections, ping),
            "websocket-client" => await WebsocketClientAsync(url, connections, ping),
            _ => await BareAsync(url, connections, ping),
        };
        // Console.In reads synchronously, even its async methods.
        while (await Task.Run(Console.ReadLine) is not null)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
            Console.WriteLine(GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
        }
        GC.KeepAlive(kept);
    }

    /// <summary>This library in a generic host, with the defaults, each feed read by a handler.</summary>
    private static async Task<object> LibraryAsync(Uri url, int connections, TimeSpan ping)
    {
        var feeds = new FeedRegistry(TimeProvider.System);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("peers", akka => akka.WithConnectionSupervisor(options =>
        {
            options.Feeds = feeds;
            options.Supervisor = new SupervisorSettings
            {
                StartSpread = TimeSpan.Zero,
                ConnectRate = new Rate(100_000, TimeSpan.FromSeconds(1)),
                ConnectBurst = 100_000,
                MaxConnecting = AtOnce,
            };
            var tls = new TlsSettings { CaFile = Trusted };
            var heartbeat = new HeartbeatSettings { Interval = ping, Timeout = TimeSpan.FromSeconds(20) };
            for (var number = 0; number < connections; number++)
            {
                options.Add($"feed-{number:D5}", url.ToString(), settings => settings with
                {
                    Proxy = ProxySettings.None,
                    Tls = tls,
                    Heartbeat = heartbeat,
                });
            }
        }));
        var host = builder.Build();
        await host.StartAsync();
        var handler = new Handler();
        foreach (var feed in feeds.All)
            feed.Subscribe(handler);
        return host;
    }

    /// <summary>A loop that reads, and nothing that would dial again.</summary>
    private static async Task<object> BareAsync(Uri url, int connections, TimeSpan ping)
    {
        using var room = new SemaphoreSlim(AtOnce);
        return await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            await room.WaitAsync();
            var socket = Create(ping);
            await socket.ConnectAsync(url, CancellationToken.None);
            room.Release();
            return (socket, PumpAsync(socket));
        }));
    }

    private static async Task PumpAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // the server has cut the connection
        }
        socket.Dispose();
    }

    /// <summary>The package's own reconnection. Its end of connections without a message is off: these feeds are quiet.</summary>
    private static async Task<object> WebsocketClientAsync(Uri url, int connections, TimeSpan ping)
    {
        using var room = new SemaphoreSlim(AtOnce);
        return await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            await room.WaitAsync();
            var client = new global::Websocket.Client.WebsocketClient(url, () => Create(ping)) { ReconnectTimeout = null };
            var heard = client.MessageReceived.Subscribe(static _ => { });
            await client.Start();
            room.Release();
            return (client, heard);
        }));
    }

    private static ClientWebSocket Create(TimeSpan ping)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (ping, TimeSpan.FromSeconds(20));
        if (Trusted is not null)
            socket.Options.RemoteCertificateValidationCallback = (_, _, chain, errors) => Trusts(chain, errors);
        return socket;
    }

    private static readonly Lazy<X509Certificate2> Root = new(() => X509CertificateLoader.LoadCertificateFromFile(Trusted!));

    private static bool Trusts(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || chain is null)
            return false;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(Root.Value);
        return chain.Build(chain.ChainElements[0].Certificate);
    }

    private sealed class Handler : IFeedHandler
    {
        private long _bytes;

        public void OnEvent(in FeedEvent feedEvent) => Interlocked.Add(ref _bytes, feedEvent.Payload.Length);
    }
}
