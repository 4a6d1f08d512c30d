using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.Access;

/// <summary>Counts what each address tries in windows of time. The network of an IPv6 address, /64, counts as one.</summary>
internal sealed class AddressAttempts(TimeProvider time)
{
    /// <summary>Addresses that are remembered; the one whose window began first makes room for another.</summary>
    private const int MostAddresses = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Window> _windows = [];

    /// <summary>Addresses that are remembered now.</summary>
    public int Addresses
    {
        get
        {
            lock (_gate)
                return _windows.Count;
        }
    }

    /// <summary>Counts one more. Returns how long the address has to wait; null while it may try again.</summary>
    /// <param name="address">Where it comes from; null for a socket file.</param>
    /// <param name="limit">What one address may try.</param>
    public TimeSpan? Count(IPAddress? address, Rate limit)
    {
        lock (_gate)
        {
            var source = NetworkOf(address);
            if (!_windows.TryGetValue(source, out var window) || time.GetElapsedTime(window.Since) >= limit.Per)
            {
                if (!_windows.ContainsKey(source) && _windows.Count == MostAddresses)
                    _windows.Remove(_windows.MinBy(known => known.Value.Since).Key);
                _windows[source] = window = new Window(time.GetTimestamp());
            }
            window.Count++;
            return window.Count > limit.Count ? limit.Per - time.GetElapsedTime(window.Since) : null;
        }
    }

    private static IPAddress NetworkOf(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private sealed class Window(long since)
    {
        public long Since { get; } = since;

        public int Count { get; set; }
    }
}
