using System.Diagnostics;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>The steps of a dial as its activity has them.</summary>
public class TracedDialTests : DialerTestBase
{
    private readonly Traced _traced = new();
    private readonly Activity _attempt;

    public TracedDialTests()
    {
        _attempt = AttemptSteps.BeginAttempt("connect")!; // somebody listens
        Activity.Current = _attempt;
    }

    [Fact]
    public async Task A_secure_dial_resolves_connects_secures_and_upgrades()
    {
        using var certificate = LoopbackServer.CreateCertificate();
        using var server = new LoopbackServer(certificate);

        await ConnectAsync(server, new RecordingObserver(), settings => settings with { Tls = new TlsSettings { Verify = false } });

        Assert.Equal("dns Ok, tcp Ok, tls Ok, upgrade Ok", _traced.Steps(_attempt));
    }

    [Fact]
    public async Task A_certificate_that_nobody_knows_fails_in_its_step()
    {
        using var certificate = LoopbackServer.CreateCertificate();
        using var server = new LoopbackServer(certificate);
        var accepting = server.AcceptAsync();

        await FailAsync(Endpoint(server.Url));
        await Task.WhenAny(accepting).WaitAsync(WebSocketPeer.Patience);

        Assert.Equal("dns Ok, tcp Ok, tls Error", _traced.Steps(_attempt));
    }

    [Fact]
    public async Task A_port_without_a_server_fails_in_its_step()
    {
        await FailAsync(Endpoint(new Uri("ws://127.0.0.1:1/")));

        Assert.Equal("dns Ok, tcp Error", _traced.Steps(_attempt));
    }

    public override void Dispose()
    {
        Activity.Current = null;
        _traced.Dispose();
        base.Dispose();
    }
}
