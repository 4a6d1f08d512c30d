using System.Collections.ObjectModel;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Transport;

/// <summary>
/// Resolves what an attempt says: literals as they are, environment variables and files read again each time, so that a rotated secret
/// applies from the next dial. This class opens no files itself; the caller supplies the function that reads them.
/// </summary>
/// <param name="environment">Looks up a variable; null when it is not set. Default: the process's environment.</param>
/// <param name="readFile">Reads a file; null (default) refuses every value from a file.</param>
/// <param name="time">The clock of placeholders such as <c>@{now.s}</c>. Default: that of the system.</param>
public sealed class SecretAttemptResolver(
    Func<string, string?>? environment = null,
    Func<string, CancellationToken, Task<string>>? readFile = null,
    TimeProvider? time = null
) : IAttemptResolver
{
    private readonly Func<string, string?> _environment = environment ?? Environment.GetEnvironmentVariable;

    /// <exception cref="SecretUnavailableException">
    /// A variable is not set, a file cannot be read, or the value does not fit its place; the message names it, never a value.
    /// </exception>
    public async ValueTask<DialRequest> ResolveAsync(Attempt attempt, CancellationToken cancellation)
    {
        var (settings, url) = (attempt.Settings, attempt.Url);
        var lets = LetBlock.Over(attempt.Names, settings.Let);
        var secrets = new AttemptSecrets(_environment, readFile, time ?? TimeProvider.System, lets, attempt.Functions, cancellation);
        foreach (var reference in settings.Let.Values.SelectMany(value => value.References))
            await secrets.ReadAsync(EndpointSetting.Let.Key, reference).ConfigureAwait(false);
        if (attempt.Prepare is { } prepare)
            await prepare(await MessageSecretsAsync(settings, secrets).ConfigureAwait(false), secrets.Texts, cancellation)
                .ConfigureAwait(false);
        var headers = settings.Headers.Count > 0 ? new KeyValuePair<string, string>[settings.Headers.Count] : [];
        var next = 0;
        foreach (var (name, value) in settings.Headers)
            headers[next++] = new(name, await HeaderAsync(name, value, secrets).ConfigureAwait(false));
        var subprotocols = new List<string>();
        foreach (var text in settings.Subprotocols)
            subprotocols.Add(await SubprotocolAsync(text, secrets).ConfigureAwait(false));
        if (subprotocols.Distinct(StringComparer.OrdinalIgnoreCase).Count() < subprotocols.Count)
            throw new SecretUnavailableException("subprotocols: two of them have the same value (RFC 6455 section 4.1)");
        if (Template.MayBe(url.OriginalString) || settings.Subprotocols.Any(Template.MayBe))
            settings = settings with { ShowMessages = false }; // what is shown then would hold a secret
        if (Template.MayBe(url.OriginalString))
            url = await UrlAsync(url, settings, secrets).ConfigureAwait(false);
        var credentials = secrets.Fingerprint; // of the handshake: what messages need is read behind it
        var messages = await MessageSecretsAsync(settings, secrets).ConfigureAwait(false);
        return new DialRequest(settings, url, headers)
        {
            Subprotocols = subprotocols.ToArray(),
            Secrets = messages.Count == 0 ? ReadOnlyDictionary<SecretReference, string>.Empty : messages,
            Lets = lets,
            SecretTexts = secrets.Texts,
            Credentials = credentials,
        };
    }

    private static async ValueTask<Dictionary<SecretReference, string>> MessageSecretsAsync(
        EndpointSettings settings, AttemptSecrets secrets)
    {
        var read = new Dictionary<SecretReference, string>();
        foreach (var (key, reference) in settings.MessageReferences)
            read[reference] = await secrets.ReadAsync(key, reference).ConfigureAwait(false);
        return read;
    }

    private static async ValueTask<string> HeaderAsync(string name, SecretValue value, AttemptSecrets secrets)
    {
        if (value.Source == SecretSource.Literal)
            return value.Text;
        var place = $"header {name}";
        // Checked here, because a lower layer would refuse a value that breaks out of its header with a message that repeats the value.
        const string Flaw = "more than one line, or a character that a header cannot have";
        var resolved = value.Source == SecretSource.Template
            ? await secrets.FillAsync(place, value.Text, Flaw, IsOfHeader).ConfigureAwait(false)
            : value.Prefix
                + await secrets.ReadAsync(place, new SecretReference(value.Source, value.Text), Flaw, IsOfHeader).ConfigureAwait(false);
        if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !HostField.Is(resolved))
            throw new SecretUnavailableException($"{place}: {value} is no host and port");
        return resolved;
    }

    private static async ValueTask<string> SubprotocolAsync(string text, AttemptSecrets secrets)
    {
        const string Flaw = "a character that a subprotocol cannot have";
        return Template.MayBe(text)
            ? await secrets.FillAsync("subprotocols", text, Flaw, HttpToken.Is).ConfigureAwait(false)
            : text;
    }

    private static async ValueTask<Uri> UrlAsync(Uri url, EndpointSettings settings, AttemptSecrets secrets)
    {
        const string Flaw = "a character that a URL cannot have";
        var filled = await secrets.FillAsync("url", url.OriginalString, Flaw, IsOfUrl).ConfigureAwait(false);
        if (!PeersUrl.Is(url))
            return new Uri(filled);
        // What a request over TLS has brought must not go out without it.
        var needsTls = settings.Prepare.All(step => step.Http is not { } http || http.Url.StartsWith("https:", StringComparison.Ordinal));
        return PeersUrl.Read(filled, settings.Hosts, needsTls, out var fault)
            ?? throw new SecretUnavailableException($"url: what it is made of leads nowhere: {fault}");
    }

    /// <summary>Visible ASCII, spaces and tabs (RFC 9110 section 5.5).</summary>
    private static bool IsOfHeader(string text) => text.All(character => character is (>= ' ' and <= '~') or '\t');

    private static bool IsOfUrl(string text) => !text.Any(character => char.IsControl(character) || character == '#');
}

/// <summary>
/// A secret that an attempt needs is missing; the attempt fails and backs off. The message names the secret, never its value.
/// </summary>
public sealed class SecretUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
