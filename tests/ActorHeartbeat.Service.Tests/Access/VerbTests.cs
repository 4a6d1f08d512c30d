using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>The verbs at a service that asks for keys, and starts that are refused.</summary>
[Collection("key in the environment")]
public sealed class VerbTests(GuardedService guarded) : IClassFixture<GuardedService>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("verbs-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ServiceClient.KeyVariable, null);
        Environment.SetEnvironmentVariable(ServiceClient.KeyFileVariable, null);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("tail", "ticker", "--count", "1", "--url", "{url}")]
    [InlineData("diff", "{file}", "--url", "{url}")]
    [InlineData("try", "ticker", "--for", "1s", "--url", "{url}")]
    public async Task A_verb_takes_the_key_from_a_variable_or_a_file(params string[] args)
    {
        Assert.Equal(3, await Run(args));
        Assert.Contains("401", _error.ToString(), StringComparison.Ordinal);

        Environment.SetEnvironmentVariable(ServiceClient.KeyVariable, GuardedService.Reader);
        Assert.Equal(0, await Run(args));

        Environment.SetEnvironmentVariable(ServiceClient.KeyVariable, null);
        Environment.SetEnvironmentVariable(ServiceClient.KeyFileVariable, Save("key", $"{GuardedService.Reader}\n"));
        Assert.Equal(0, await Run(args));
    }

    [Fact]
    public async Task A_key_file_that_is_not_there_is_named_and_nothing_is_sent()
    {
        Environment.SetEnvironmentVariable(ServiceClient.KeyFileVariable, "/nowhere/key");

        Assert.Equal(3, await Run("tail", "ticker", "--count", "1", "--url", "{url}"));

        Assert.Contains("ACTORHEARTBEAT_KEY_FILE: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("/nowhere/key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_needs_no_key()
    {
        Assert.Equal(0, await Run("health", "--url", "{url}"));
    }

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("[::]:0")]
    [InlineData("192.0.2.1:8080")]
    public async Task A_start_without_keys_on_an_address_that_others_reach_is_refused(string listen)
    {
        Assert.Equal(1, await Run("run", Save("open.conf", $"actor-heartbeat.http.listen = \"{listen}\"")));

        Assert.Contains("without keys the API would be open to everybody who reaches it", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("actorheartbeat key new", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_without_its_certificate_is_refused()
    {
        var configuration = $$"""
            {{GuardedService.Keys}}
            actor-heartbeat.http { listen = "127.0.0.1:0", tls { certificate = "/nowhere/tls.crt", key = "/nowhere/tls.key" } }
            """;

        Assert.Equal(3, await Run("run", Save("tls.conf", configuration)));

        Assert.StartsWith("http.tls.certificate: /nowhere/tls.crt: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_on_a_file_that_is_no_socket_is_refused()
    {
        var notes = Save("notes", "mine");

        Assert.Equal(3, await Run("run", Save("socket.conf", $"actor-heartbeat.http.listen = \"unix:{notes}\"")));

        Assert.Contains($"{notes} is a regular file, no socket, and is left alone", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(notes));
    }

    [Theory]
    [InlineData("unix")]
    [InlineData("unixx:/run/x.sock")]
    public async Task What_is_no_url_of_a_service_is_refused(string url)
    {
        Assert.Equal(2, await Run("health", "--url", url));
    }

    private string Save(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<int> Run(params string[] args) => CommandLine.Run(
        [
            .. args.Select(arg => arg
                .Replace("{url}", guarded.Service.Url.ToString(), StringComparison.Ordinal)
                .Replace("{file}", guarded.Service.File, StringComparison.Ordinal)),
        ],
        _output,
        _error,
        CancellationToken.None);
}
