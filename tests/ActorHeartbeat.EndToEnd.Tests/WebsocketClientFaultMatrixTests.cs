using ActorHeartbeat.Endpoints;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Checks the same matrix with Websocket.Client: another transport must not behave differently.</summary>
public sealed class WebsocketClientFaultMatrixTests(WebsocketClientFaultMatrixRun run, ITestOutputHelper output)
    : FaultMatrix(run, output), IClassFixture<WebsocketClientFaultMatrixRun>;

/// <summary>Dials every endpoint with Websocket.Client.</summary>
public sealed class WebsocketClientFaultMatrixRun : FaultMatrixRun
{
    protected override TransportKind Transport => TransportKind.WebsocketClient;
}
