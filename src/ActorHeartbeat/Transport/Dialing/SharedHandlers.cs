using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>
/// One HTTP handler for all endpoints with the same TLS settings and files, kept while anything that was
/// dialed through it lives. Handlers differ in TLS alone: each attempt handles names, TCP and proxy itself.
/// </summary>
internal sealed class SharedHandlers : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TlsFiles, Shared> _handlers = [];
    private bool _disposed;

    /// <summary>Reads the files that the settings name. The same content shares a handler; changed content gets another.</summary>
    /// <exception cref="DialException">A certificate file cannot be used.</exception>
    public async ValueTask<Lease> TakeAsync(TlsSettings tls, CancellationToken cancellation)
    {
        var files = await TlsFiles.ReadAsync(tls, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_handlers.TryGetValue(files, out var shared))
                _handlers.Add(files, shared = new Shared(this, files));
            shared.Users++;
            return new Lease(shared);
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
            _handlers.Remove(shared.Files);
            shared.Dispose();
        }
    }

    /// <summary>A use of a shared handler, to be disposed once; disposing the last use disposes the handler.</summary>
    public readonly struct Lease(Shared shared) : IDisposable
    {
        public HttpMessageHandler Handler => shared.Handler;

        /// <summary>The handler of requests that are no handshakes.</summary>
        public HttpMessageHandler PlainHandler => shared.PlainHandler;

        public TlsClientOptions Tls => shared.Tls;

        public void Dispose() => shared.Owner.Release(shared);
    }

    public sealed class Shared(SharedHandlers owner, TlsFiles files) : IDisposable
    {
        public SharedHandlers Owner => owner;

        public TlsFiles Files => files;

        public TlsClientOptions Tls { get; } = TlsClientOptions.Load(files);

        public int Users { get; set; }

        public SocketsHttpHandler Handler => field ??= UpgradeHandler.Create();

        public SocketsHttpHandler PlainHandler => field ??= UpgradeHandler.CreatePlain();

        public void Dispose()
        {
            Handler.Dispose();
            PlainHandler.Dispose();
            Tls.Dispose();
        }
    }
}
