using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ActorHeartbeat.Service.Access;

/// <summary>
/// The sign-ins of this process. A token is 256 random bits that are kept as their hash alone. A sign-out, the end of its time and the end
/// of the process make it worthless.
/// </summary>
internal sealed class SignIns(TimeProvider time)
{
    /// <summary>Sign-ins at once; the oldest makes room for another.</summary>
    private const int Most = 1024;

    /// <summary>Those with one key: whoever has it cannot sign out the others.</summary>
    private const int MostOfKey = 64;

    private const int TokenBytes = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SignIn> _open = new(StringComparer.Ordinal);

    /// <summary>Signs in with a key. Returns the token.</summary>
    public string Open(string keyName, string keyHash)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_gate)
        {
            var ofKey = _open.Where(known => known.Value.KeyHash == keyHash).ToArray();
            if (ofKey.Length == MostOfKey)
                _open.Remove(ofKey.MinBy(known => known.Value.Since).Key);
            else if (_open.Count == Most)
                _open.Remove(_open.MinBy(known => known.Value.Since).Key);
            _open.Add(Hash(token), new SignIn(keyName, keyHash, time.GetTimestamp()));
        }
        return token;
    }

    /// <summary>The sign-in of a token; null when there is none, or its time is over.</summary>
    public SignIn? Find(string token, TimeSpan lifetime)
    {
        lock (_gate)
        {
            var hash = Hash(token);
            if (!_open.TryGetValue(hash, out var found))
                return null;
            if (time.GetElapsedTime(found.Since) < lifetime)
                return found;
            _open.Remove(hash);
            return null;
        }
    }

    public void Close(string token)
    {
        lock (_gate)
            _open.Remove(Hash(token));
    }

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>A sign-in with a key.</summary>
/// <param name="KeyName">The name of the key.</param>
/// <param name="KeyHash">Its hash: another key of this name is another one.</param>
/// <param name="Since">The timestamp of its beginning.</param>
internal sealed record SignIn(string KeyName, string KeyHash, long Since);
