using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

public sealed class SecretAttemptResolverTests
{
    private readonly List<string> _filesRead = [];
    private string? _token = "first";

    [Fact]
    public async Task Variables_are_read_again_for_every_attempt()
    {
        var settings = With(("X-Literal", SecretValue.Literal("as it is")), ("Authorization", SecretValue.Environment("TOKEN", "Bearer ")));

        var first = await ResolveAsync(settings);
        _token = "second";
        var second = await ResolveAsync(settings);

        Assert.Equal([new("X-Literal", "as it is"), new("Authorization", "Bearer first")], first.Headers);
        Assert.Equal([new("X-Literal", "as it is"), new("Authorization", "Bearer second")], second.Headers);
    }

    [Fact]
    public async Task An_unset_variable_or_a_file_fails_the_attempt_with_its_reason()
    {
        _token = null;

        var unset = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(With(("Authorization", SecretValue.Environment("TOKEN")))));
        var file = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(With(("Authorization", SecretValue.File("/run/secrets/feed")))));

        Assert.Equal("header Authorization: the environment variable TOKEN is not set", unset.Message);
        Assert.Equal("header Authorization: /run/secrets/feed is a file, and this resolver reads no files", file.Message);
    }

    [Fact]
    public async Task References_are_filled_wherever_an_attempt_says_something()
    {
        var settings = With(("Authorization", SecretValue.Template("Basic @{env.TOKEN}:@{file:/b}"))) with
        {
            Url = new Uri("wss://feed.invalid/@{env.TOKEN}?b=@{file:/b}"),
            Subprotocols = ["v1", "auth-@{env.TOKEN}"],
            OnOpen = [new DialogueStep(MessageTemplate.Json("{\"a\":\"@{env.TOKEN}\"}"), null, default)],
            Heartbeat = new() { Reply = new(new MessagePattern.Text(""), MessageTemplate.Text("@{file:/b}")) },
            OnClose = [MessageTemplate.Text("@{file:/c}")],
            ShowMessages = true,
        };

        var request = await ResolveAsync(settings, files: true);

        Assert.Equal([new("Authorization", "Basic first:in /b")], request.Headers);
        Assert.Equal("wss://feed.invalid/first?b=in /b", request.Url.OriginalString);
        Assert.Equal(["v1", "auth-first"], request.Subprotocols);
        Assert.Equal(
            ["@{env.TOKEN} first", "@{file:/b} in /b", "@{file:/c} in /c"],
            request.Secrets.Select(secret => $"{secret.Key} {secret.Value}").Order(StringComparer.Ordinal));
        Assert.Equal("dial of feed at wss://feed.invalid", request.ToString()); // the path has a secret now
        Assert.Null(request.Lacking);
        Assert.Equal(["/b", "/c"], _filesRead.Order(StringComparer.Ordinal)); // each once
    }

    [Fact]
    public async Task What_is_made_from_a_secret_of_the_handshake_is_masked_and_a_time_is_no_credential()
    {
        _token = "Jefe";
        var settings = With() with { Url = new Uri("ws://feed.invalid/?sign=@{base64(env.TOKEN)}&id=@{uuid}") };

        var request = await ResolveAsync(settings);
        var again = await ResolveAsync(settings);

        Assert.Contains("sign=SmVmZQ==", request.Url.OriginalString, StringComparison.Ordinal);
        Assert.Equal("bad sign ***", request.Hide("bad sign SmVmZQ=="));
        Assert.NotEqual(request.Url, again.Url);
        Assert.Equal(request.Fingerprint, again.Fingerprint);
    }

    [Fact]
    public async Task A_changed_secret_of_a_URL_or_a_subprotocol_changes_the_fingerprint()
    {
        foreach (var settings in (EndpointSettings[])
                 [
                     With() with { Url = new Uri("ws://feed.invalid/?t=@{env.TOKEN}") },
                     With() with { Subprotocols = ["@{env.TOKEN}"] },
                 ])
        {
            _token = "first";
            var first = (await ResolveAsync(settings)).Fingerprint;
            Assert.Equal(first, (await ResolveAsync(settings)).Fingerprint);
            _token = "second";

            Assert.NotEqual(first, (await ResolveAsync(settings)).Fingerprint);
        }
    }

    [Theory]
    [InlineData("a#b", "url: the environment variable TOKEN has a character that a URL cannot have")]
    [InlineData("a\nb", "url: the environment variable TOKEN has a character that a URL cannot have")]
    [InlineData("", "url: the environment variable TOKEN is empty")]
    [InlineData(null, "url: the environment variable TOKEN is not set")]
    public async Task A_value_that_does_not_fit_into_a_URL_fails_the_attempt(string? value, string message)
    {
        _token = value;

        var failed = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(With() with { Url = new Uri("ws://feed.invalid/?t=@{env.TOKEN}") }));

        Assert.Equal(message, failed.Message);
    }

    [Fact]
    public async Task A_value_that_does_not_fit_into_a_subprotocol_or_a_header_fails_the_attempt()
    {
        _token = "a b\nc";

        var subprotocol = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(With() with { Subprotocols = ["@{env.TOKEN}"] }));
        var header = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(With(("A", SecretValue.Template("x @{env.TOKEN}")))));

        Assert.Equal("subprotocols: the environment variable TOKEN has a character that a subprotocol cannot have", subprotocol.Message);
        Assert.Equal(
            "header A: the environment variable TOKEN has more than one line, or a character that a header cannot have", header.Message);

        _token = "v1";
        var twice = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(With() with { Subprotocols = ["V1", "@{env.TOKEN}"] }));
        Assert.Equal("subprotocols: two of them have the same value (RFC 6455 section 4.1)", twice.Message);
    }

    [Fact]
    public async Task Secrets_are_masked_in_every_spelling_in_which_a_server_repeats_them()
    {
        _token = "a \"b\" <c>";

        var request = await ResolveAsync(With() with { OnClose = [MessageTemplate.Text("@{env.TOKEN}")] });

        foreach (var echo in (string[])[_token, "a \\\"b\\\" <c>", "a%20%22b%22%20%3Cc%3E", "a &quot;b&quot; &lt;c&gt;"])
            Assert.Equal("you sent *** here", request.Hide($"you sent {echo} here"));
    }

    [Theory]
    [InlineData("feed.example:8443", null)]
    [InlineData("[::1]:80", null)]
    [InlineData("feed example", "header Host: (env TOKEN) is no host and port")]
    [InlineData("feed.example/x", "header Host: (env TOKEN) is no host and port")]
    [InlineData("a,b", "header Host: (env TOKEN) is no host and port")]
    public async Task A_Host_that_the_framework_would_drop_fails_the_attempt(string value, string? message)
    {
        _token = value;
        var settings = With(("Host", SecretValue.Environment("TOKEN")));

        if (message is null)
            Assert.Equal([new("Host", value)], (await ResolveAsync(settings)).Headers);
        else
            Assert.Equal(message, (await Assert.ThrowsAsync<SecretUnavailableException>(() => ResolveAsync(settings))).Message);
    }

    [Fact]
    public void A_resolver_that_gives_no_value_for_a_message_is_noticed()
    {
        var settings = With() with { OnClose = [MessageTemplate.Text("@{env.TOKEN}")] };

        Assert.Equal(
            "on-close: the attempt's resolver gives no value for @{env.TOKEN}", new DialRequest(settings, settings.Url, []).Lacking);
    }

    private async Task<DialRequest> ResolveAsync(EndpointSettings settings, bool files = false) =>
        await new SecretAttemptResolver(name => name == "TOKEN" ? _token : null, files ? ReadAsync : null).ResolveAsync(
            new Attempt(settings, settings.Url), CancellationToken.None);

    private Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        _filesRead.Add(path);
        return Task.FromResult($"in {path}");
    }

    private static EndpointSettings With(params (string Name, SecretValue Value)[] headers) => new()
    {
        Id = new EndpointId("feed"),
        Url = new Uri("ws://feed.invalid/"),
        Headers = new ValueMap<SecretValue>(headers.Select(header => KeyValuePair.Create(header.Name, header.Value))),
    };
}
