using System.Collections.ObjectModel;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Transport;

/// <summary>The seam between decisions and sockets: real sockets behind it in production, a simulated network in tests.</summary>
public interface IDialer
{
    /// <summary>
    /// Opens one connection. Never throws for a network reason: the failure is a value. Completes only when either a
    /// connection exists, or nothing of the attempt is left behind, also after <paramref name="cancellation"/>.
    /// </summary>
    /// <param name="request">What to dial; secrets are resolved already.</param>
    /// <param name="observer">Receives everything that the connection reports, from <see cref="IConnection.Start"/> on.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation);

    /// <summary>Makes an HTTP request of an endpoint's conversation. Never throws for a network reason: the failure is a value.</summary>
    /// <remarks>A dialer that makes none answers so; the attempt fails with that word.</remarks>
    Task<HttpResult> AskAsync(HttpQuestion question, CancellationToken cancellation) => Task.FromResult<HttpResult>(
        new HttpResult.Failed(new DialFailure(FailureLayer.Unknown, $"{GetType().Name} makes no HTTP requests")));
}

/// <summary>One attempt, ready to dial.</summary>
/// <param name="Settings">
/// The endpoint; its URL, headers and subprotocols are not used: this record has them as resolved for the attempt.
/// </param>
/// <param name="Url">Where to connect.</param>
/// <param name="Headers">Handshake headers in the order configured.</param>
public sealed record DialRequest(EndpointSettings Settings, Uri Url, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Subprotocols to offer, in the order configured.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = Settings.Subprotocols;

    /// <summary>The values of the references in the endpoint's messages. A dialer has no use for them.</summary>
    public IReadOnlyDictionary<SecretReference, string> Secrets { get; init; } = ReadOnlyDictionary<SecretReference, string>.Empty;

    /// <summary>The values that <c>let</c> of the endpoint gives for this attempt; null until one is needed.</summary>
    internal ITemplateNames? Lets { get; init; }

    /// <summary>Every secret that was read for the attempt, to mask it where the server repeats it.</summary>
    internal IReadOnlyCollection<string> SecretTexts { get; init; } = [];

    /// <summary>Tells what was read for the handshake; null when that is not known. Times and random values are no credentials.</summary>
    internal int? Credentials { get; init; }

    /// <summary>A text of the server, or about it, without the secrets of the attempt.</summary>
    internal string Hide(string text) => PeerText.Hide(text, SecretTexts);

    /// <summary>The secret of a message that the resolver has not given, in one line; null when it has given all.</summary>
    internal string? Lacking
    {
        get
        {
            foreach (var (key, reference) in Settings.MessageReferences)
            {
                if (!Secrets.ContainsKey(reference))
                    return $"{key}: the attempt's resolver gives no value for {reference}";
            }
            return null;
        }
    }

    /// <summary>The URL as it may be logged. A redirect may have given it: it is bounded.</summary>
    internal string Where => PeerText.Of(ShownUrl.Of(Url, Settings));

    /// <summary>Tells whether two requests have the same credentials, within this process, without a value in it.</summary>
    internal int Fingerprint
    {
        get
        {
            if (Credentials is { } known)
                return known;
            var fingerprint = default(HashCode);
            fingerprint.Add(Url.OriginalString, StringComparer.Ordinal);
            foreach (var (name, value) in Headers)
                fingerprint.Add((name, value));
            foreach (var subprotocol in Subprotocols)
                fingerprint.Add(subprotocol);
            return fingerprint.ToHashCode();
        }
    }

    /// <summary>Without headers, path and query.</summary>
    public override string ToString() => $"dial of {Settings.Id} at {Where}";
}

/// <summary>The result of an attempt.</summary>
public abstract record DialResult
{
    private DialResult()
    {
    }

    /// <summary>The handshake was accepted; nothing is read until <see cref="IConnection.Start"/>.</summary>
    public sealed record Connected(IConnection Connection) : DialResult;

    /// <summary>No connection, and nothing left of the attempt.</summary>
    public sealed record Failed(DialFailure Failure) : DialResult;
}
