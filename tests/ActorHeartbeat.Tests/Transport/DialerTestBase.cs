using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;
using ActorHeartbeat.Transport.WebSockets;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>Provides a dialer on a manual clock and short helpers to dial and connect.</summary>
public abstract class DialerTestBase : IDisposable
{
    private protected ManualTime Time { get; } = new();

    private protected IDialer Dialer => field ??= CreateDialer();

    /// <summary>Creates the transport under test.</summary>
    private protected virtual IDialer CreateDialer() => new ClientWebSocketDialer(Time);

    /// <summary>See <see cref="ClientWebSocketDialer.SharedHandlers"/>.</summary>
    private protected virtual int SharedHandlers => ((ClientWebSocketDialer)Dialer).SharedHandlers;

    private protected static EndpointSettings Endpoint(Uri url) =>
        new()
        {
            Id = new EndpointId("feed"),
            Url = url,
            Proxy = ProxySettings.None,
        };

    /// <summary>A URL as failures show it.</summary>
    private protected static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private protected static DialRequest Request(EndpointSettings settings) => new(settings, settings.Url, []);

    private protected async Task<DialResult> DialAsync(
        EndpointSettings settings,
        IConnectionObserver? observer = null,
        CancellationToken cancellation = default
    ) => await Dialer.DialAsync(Request(settings), observer ?? new RecordingObserver(), cancellation).WaitAsync(WebSocketPeer.Patience);

    private protected async Task<DialFailure> FailAsync(EndpointSettings settings, CancellationToken cancellation = default) =>
        Assert.IsType<DialResult.Failed>(await DialAsync(settings, cancellation: cancellation)).Failure;

    /// <summary>Connects, starts reading, and returns the connection with its peer.</summary>
    private protected async Task<(IConnection Connection, WebSocketPeer Peer)> ConnectAsync(
        LoopbackServer server, IConnectionObserver observer, Func<EndpointSettings, EndpointSettings>? change = null)
    {
        var settings = Endpoint(server.Url);
        var accepting = server.AcceptUpgradedAsync();
        var result = await DialAsync(change?.Invoke(settings) ?? settings, observer);
        var connection = Assert.IsType<DialResult.Connected>(result).Connection;
        connection.Start();
        return (connection, await accepting);
    }

    public virtual void Dispose()
    {
        ((IDisposable)Dialer).Dispose();
        GC.SuppressFinalize(this);
    }
}
