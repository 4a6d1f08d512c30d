using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Logging;

namespace ActorHeartbeat.Service.Access;

/// <summary>Knows who a caller is. Keys and certificates follow the configuration; the address that is listened on does not.</summary>
/// <param name="http">The settings at the start.</param>
/// <param name="time">The clock of sign-ins and wrong keys.</param>
/// <param name="log">Hears when a reload leaves nobody who may do anything; null for none.</param>
internal sealed class AccessControl(HttpSettings http, TimeProvider time, ILogger? log = null)
{
    private readonly ConcurrentDictionary<Lasting, Lasting> _lasting = [];
    private volatile Snapshot _now = new(http.Access);
    private volatile bool _hasAsked = http.Access.NamesCallers;

    public AccessSettings Settings => _now.Settings;

    public SignIns SignIns { get; } = new(time);

    /// <summary>The wrong keys of each address.</summary>
    public AddressAttempts WrongKeys { get; } = new(time);

    /// <summary>The lines of the audit log about strangers, by address.</summary>
    public AddressAttempts Strangers { get; } = new(time);

    /// <summary>
    /// Whether a request needs a key or a certificate. A service that has asked for them, or that other machines can reach, asks for them
    /// even when a reload takes all away: a file that is gone for a moment must not let everybody in.
    /// </summary>
    public bool AsksForKeys => http.Listen is { IsOpenToOthers: true } || _hasAsked;

    /// <summary>Takes the settings of a reload. Requests that last and whose caller has lost its role end.</summary>
    public void Apply(AccessSettings settings)
    {
        if (AsksForKeys && _now.Settings.NamesCallers && !settings.NamesCallers)
            log?.CallersLost();
        _now = new Snapshot(settings);
        _hasAsked |= settings.NamesCallers;
        LookAtLasting();
    }

    /// <summary>Ends a sign-in, and the requests that it has open.</summary>
    public void SignOut(string token)
    {
        SignIns.Close(token);
        LookAtLasting();
    }

    /// <summary>Ends a request, such as a stream, as soon as a reload or a sign-out takes its role away. Disposed at its end.</summary>
    /// <param name="isAllowed">Whether its caller still has the role.</param>
    /// <param name="end">Ends it.</param>
    public IDisposable Watch(Func<bool> isAllowed, Action end)
    {
        var lasting = new Lasting(this, isAllowed, end);
        _lasting.TryAdd(lasting, lasting);
        lasting.Look(); // the role may have gone since the request was admitted
        return lasting;
    }

    private void LookAtLasting()
    {
        foreach (var lasting in _lasting.Keys)
            lasting.Look();
    }

    /// <summary>The caller where no key is needed.</summary>
    public Caller AtThisPlace() =>
        new(http.Listen is { SocketFile: not null } ? "socket" : "loopback", Proof.Place, AccessRole.Admin);

    /// <summary>The caller with a key; null when there is no such key. Each is compared in a time that tells nothing.</summary>
    public Caller? OfKey(string key)
    {
        if (!AccessKey.IsWellFormed(key))
            return null;
        var hash = AccessKey.HashOf(key);
        Caller? found = null;
        foreach (var (known, caller) in _now.Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
                found = caller;
        }
        return found;
    }

    /// <summary>The caller with a certificate that the handshake has accepted; null when its subject has no role, or it is over.</summary>
    public Caller? OfCertificate(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow();
        if (now > certificate.NotAfter.ToUniversalTime())
            return null;
        foreach (var (name, known) in _now.Settings.Certificates)
        {
            if (known.Subject == certificate.SubjectName.Name)
                return new Caller(name, Proof.Certificate, known.Role);
        }
        return null;
    }

    /// <summary>The caller with the token of a sign-in; null when it is over, or its key is there no more.</summary>
    public Caller? OfToken(string token)
    {
        var settings = _now.Settings;
        return SignIns.Find(token, settings.Session) is { } signIn
            && settings.Keys.TryGetValue(signIn.KeyName, out var key)
            && key.Hash == signIn.KeyHash
                ? new Caller(signIn.KeyName, Proof.SignIn, key.Role)
                : null;
    }

    /// <summary>Signs a caller with a key in. Returns the token.</summary>
    public string SignIn(string key, Caller caller) => SignIns.Open(caller.Name, AccessKey.Spell(AccessKey.HashOf(key)));

    /// <summary>A request that lasts. The lock keeps the end of one request from the next on the same connection.</summary>
    private sealed class Lasting(AccessControl access, Func<bool> isAllowed, Action end) : IDisposable
    {
        private readonly Lock _gate = new();
        private bool _isOver;

        public void Look()
        {
            lock (_gate)
            {
                if (!_isOver && !isAllowed())
                    end();
            }
        }

        public void Dispose()
        {
            access._lasting.TryRemove(this, out _);
            lock (_gate)
                _isOver = true;
        }
    }

    private sealed class Snapshot(AccessSettings settings)
    {
        public AccessSettings Settings { get; } = settings;

        public (byte[] Hash, Caller Caller)[] Keys { get; } =
        [
            .. settings.Keys.Select(key => (AccessKey.Parse(key.Value.Hash), new Caller(key.Key, Proof.Key, key.Value.Role))),
        ];
    }
}
