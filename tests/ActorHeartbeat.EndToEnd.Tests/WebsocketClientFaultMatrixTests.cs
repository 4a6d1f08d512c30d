using ActorHeartbeat.Endpoints;
using Xunit.Abstractions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The same matrix holds for Websocket.Client: another transport is not another behaviour.</summary>
public sealed class WebsocketClientFaultMatrixTests(WebsocketClientFaultMatrixRun run, ITestOutputHelper output)
    : FaultMatrix(run, output), IClassFixture<WebsocketClientFaultMatrixRun>;

/// <summary>Every endpoint is dialed with Websocket.Client.</summary>
public sealed class WebsocketClientFaultMatrixRun : FaultMatrixRun
{
    protected override TransportKind Transport => TransportKind.WebsocketClient;
}
