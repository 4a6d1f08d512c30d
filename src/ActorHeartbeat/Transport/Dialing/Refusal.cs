using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Reads an answer other than 101: its status, the headers worth reading, and the beginning of its body.</summary>
internal static class Refusal
{
    private const int MaxHeaders = 32;

    /// <summary>A shorter part of a URL is a word such as "feed", not a token.</summary>
    private const int ShortestEcho = 8;

    /// <summary>How long the body may take after the head: it is evidence, not worth a long wait.</summary>
    private static readonly TimeSpan BodyPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>The headers that explain a refusal; they come first.</summary>
    private static readonly string[] Telling = ["Location", "Retry-After", "WWW-Authenticate", "Server", "Via", "CF-Ray"];

    public static async Task<DialFailure> ReadAsync(
        HttpResponseMessage response, DialRequest request, TimeProvider time, CancellationToken cancellation)
    {
        var body = PeerText.Of(WithoutEcho(await ReadBodyAsync(response, time, cancellation).ConfigureAwait(false), request));
        var headers = Headers(response, request);
        var location = response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.First() : null;
        return new DialFailure(FailureLayer.Http, Describe(response, request, headers, location, body))
        {
            HttpStatus = (int)response.StatusCode,
            RetryAfter = headers.FirstOrDefault(header => Is(header.Key, "Retry-After")).Value,
            Headers = headers,
            Location = location,
            Body = body,
        };
    }

    private static string Describe(
        HttpResponseMessage response,
        DialRequest request,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        string? location,
        string body)
    {
        using var named = new HttpResponseMessage(response.StatusCode);
        var phrase = PeerText.Of(named.ReasonPhrase is { Length: > 0 } standard ? standard : response.ReasonPhrase, 128);
        var text = new StringBuilder($"the handshake was refused with HTTP {(int)response.StatusCode} {phrase}".TrimEnd());
        foreach (var (name, value) in headers.Where(header => Telling.Any(told => Is(told, header.Key))))
        {
            var shown = Is(name, "Location") ? Redirects.Show(request, location ?? "") : WithoutEcho(value, request);
            text.Append("; ").Append(name).Append(": ").Append(PeerText.Of(shown, Is(name, "Location") ? 256 : 128));
        }

        if (body.Length > 0)
            text.Append("; body: ").Append(body);
        return text.ToString();
    }

    /// <summary>
    /// Masks secrets, and long parts of the path and the query that was asked for: a page about
    /// a refusal often repeats them ("Cannot GET /path"), and each can hold a token.
    /// </summary>
    private static string WithoutEcho(string text, DialRequest request) => request.Settings.ShowMessages
        ? request.Hide(text)
        : request.Url.PathAndQuery.Split('/', '?', '&', '=')
            .Where(part => part.Length >= ShortestEcho)
            .Aggregate(request.Hide(text), (masked, part) => masked.Replace(part, "***", StringComparison.OrdinalIgnoreCase));

    /// <summary>Set-Cookie is left out, because it may hold a session. A name is a token, so only values need escaping.</summary>
    private static KeyValuePair<string, string>[] Headers(HttpResponseMessage response, DialRequest request) =>
    [
        .. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Where(header => !Is(header.Key, "Set-Cookie"))
            .OrderBy(header => Array.FindIndex(Telling, telling => Is(telling, header.Key)) is >= 0 and var rank ? rank : Telling.Length)
            .SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, PeerText.Of(request.Hide(value)))))
            .Take(MaxHeaders),
    ];

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength == 0)
            return "";
        var bytes = new byte[PeerText.MaxLength];
        var length = 0;
        using var deadline = new CancellationTokenSource(BodyPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var count = 1;
            for (; count > 0 && length < bytes.Length; length += count)
                count = await ReadWhatIsThereAsync(body, bytes.AsMemory(length), either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // The part that arrived until then is the evidence.
        }

        return Encoding.UTF8.GetString(bytes, 0, length).Trim();
    }

    /// <summary>Takes bytes that have already arrived even past the deadline, because the process may not have run until then.</summary>
    private static async Task<int> ReadWhatIsThereAsync(Stream body, Memory<byte> into, CancellationToken deadline)
    {
        using var read = new CancellationTokenSource();
        var count = body.ReadAsync(into, read.Token);
        if (count.IsCompleted)
            return await count.ConfigureAwait(false);
        // The source is passed as the state of the callback.
        await using var late = deadline.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), read);
        return await count.ConfigureAwait(false);
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
