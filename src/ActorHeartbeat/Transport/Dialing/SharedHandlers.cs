using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// One HTTP handler for all endpoints whose TLS settings are alike, kept while anything that was dialed through it lives. TLS is all that
/// tells handlers apart: names, TCP and proxy are the attempt's own business.
/// </summary>
internal sealed class SharedHandlers : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TlsSettings, Shared> _handlers = [];
    private bool _disposed;

    /// <exception cref="DialException">A certificate file cannot be used.</exception>
    public Lease Take(TlsSettings tls)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_handlers.TryGetValue(tls, out var shared))
                _handlers.Add(tls, shared = new Shared(tls));
            shared.Users++;
            return new Lease(this, shared);
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _handlers.Count;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var shared in _handlers.Values)
                shared.Dispose();
            _handlers.Clear();
        }
    }

    private void Release(Shared shared)
    {
        lock (_gate)
        {
            if (--shared.Users > 0 || _disposed)
                return;
            _handlers.Remove(shared.Tls);
            shared.Dispose();
        }
    }

    /// <summary>A use of a shared handler; the last one to be disposed takes the handler along.</summary>
    public sealed class Lease(SharedHandlers owner, Shared shared) : IDisposable
    {
        private int _released;

        public HttpMessageHandler Handler => shared.Handler;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                owner.Release(shared);
        }
    }

    public sealed class Shared(TlsSettings tls) : IDisposable
    {
        private readonly TlsClientOptions _options = TlsClientOptions.Load(tls);

        public TlsSettings Tls => tls;

        public int Users { get; set; }

        public SocketsHttpHandler Handler => field ??= UpgradeHandler.Create(_options.Ssl);

        public void Dispose()
        {
            Handler.Dispose();
            _options.Dispose();
        }
    }
}
