using System.Net;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// The addresses of a host that accepted a TCP connection and then failed above it: in TLS, in the handshake, or as a connection that did
/// not last. Such an address would win every race, so it moves to the end of the order for a while. Safe to use from many threads.
/// </summary>
internal sealed class AddressMemory(TimeProvider time)
{
    /// <summary>About twenty attempts at the longest default delay; a failed address may have recovered by then.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    /// <summary>At the bound the address that failed longest ago is forgotten.</summary>
    public const int MaxAddresses = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, IPEndPoint Address), Failure> _failures = [];
    private long _count;

    public void Failed(string host, IPEndPoint address)
    {
        lock (_gate)
        {
            if (_failures.Count == MaxAddresses && !_failures.ContainsKey((host, address)))
                _failures.Remove(_failures.MinBy(failure => failure.Value.Number).Key);
            _failures[(host, address)] = new Failure(++_count, time.GetTimestamp());
        }
    }

    public void Worked(string host, IPEndPoint address)
    {
        lock (_gate)
            _failures.Remove((host, address));
    }

    /// <summary>First the addresses that have not failed, in their order, then the others, the one that failed longest ago first.</summary>
    public IReadOnlyList<IPAddress> Order(string host, int port, IReadOnlyList<IPAddress> addresses)
    {
        lock (_gate)
            return _failures.Count == 0 ? addresses : [.. addresses.OrderBy(address => NumberOf(host, new IPEndPoint(address, port)))];
    }

    private long NumberOf(string host, IPEndPoint address)
    {
        if (!_failures.TryGetValue((host, address), out var failure))
            return 0;
        if (time.GetElapsedTime(failure.At) < Age)
            return failure.Number;
        _failures.Remove((host, address));
        return 0;
    }

    private readonly record struct Failure(long Number, long At);
}

/// <summary>The address that a dial has reached, and where to tell how it went.</summary>
/// <param name="Memory">Receives the verdict.</param>
/// <param name="Host">The host as it was resolved.</param>
/// <param name="Address">The address at the other end.</param>
internal readonly record struct DialedAddress(AddressMemory Memory, string Host, IPEndPoint Address)
{
    public void Worked() => Memory.Worked(Host, Address);

    public void Failed() => Memory.Failed(Host, Address);
}
