using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Transport;

public sealed class SecretAttemptResolverTests
{
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

    private async Task<DialRequest> ResolveAsync(EndpointSettings settings) =>
        await new SecretAttemptResolver(name => name == "TOKEN" ? _token : null).ResolveAsync(
            settings, settings.Url, CancellationToken.None);

    private static EndpointSettings With(params (string Name, SecretValue Value)[] headers) => new()
    {
        Id = new EndpointId("feed"),
        Url = new Uri("ws://feed.invalid/"),
        Headers = new ValueMap<SecretValue>(headers.Select(header => KeyValuePair.Create(header.Name, header.Value))),
    };
}
