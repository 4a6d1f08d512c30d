using System.Net;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>What the attempts of one dialer share: the clock, the resolver, and a bounded memory.</summary>
/// <param name="time">The clock.</param>
/// <param name="resolve">The addresses of a host; null for the system's resolver.</param>
internal sealed class DialContext(TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    public TimeProvider Time => time;

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; } = resolve ?? Dns.GetHostAddressesAsync;

    public AddressMemory Addresses { get; } = new(time);

    public CookieMemory Cookies { get; } = new();
}
