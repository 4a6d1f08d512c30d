using ActorHeartbeat.Configuration.Settings;

namespace ActorHeartbeat.Service.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">The name of the key or certificate; <c>loopback</c> or <c>socket</c> where none is needed.</param>
/// <param name="By">What proves it.</param>
/// <param name="Role">What the caller may do.</param>
internal sealed record Caller(string Name, Proof By, AccessRole Role);

/// <summary>What proves who a caller is.</summary>
internal enum Proof
{
    /// <summary>Nothing but the place: the service asks for no keys.</summary>
    Place,
    Key,
    Certificate,

    /// <summary>The cookie of a sign-in.</summary>
    SignIn,
}
