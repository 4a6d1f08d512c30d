using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Which transports this build has.</summary>
internal static class Transports
{
    /// <summary>Why <paramref name="kind"/> cannot be chosen in this build, or null when it can.</summary>
    public static string? Refuse(TransportKind kind) => kind switch
    {
        TransportKind.ClientWebSocket => null,
        _ => IsInBuild ? null : "this build has no websocket-client; it comes with the real Akka packages (build with -p:AkkaPackages=nuget)",
    };

    // The assembly of the second transport is only there when the product was compiled against the packages.
    private static bool IsInBuild => typeof(EndpointSettings).Assembly.GetReferencedAssemblies().Any(reference => reference.Name == "Websocket.Client");
}
