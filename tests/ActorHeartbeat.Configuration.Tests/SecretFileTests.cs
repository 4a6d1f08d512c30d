using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Files;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Configuration.Tests;

public sealed class SecretFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Literals_variables_and_files_become_headers_in_the_order_configured()
    {
        _environment["TOKEN"] = "from-variable";
        await File.WriteAllTextAsync(_file, "from-file\n");

        var headers = await ResolveAsync(
            ("X-Plain", SecretValue.Literal("plain")),
            ("Authorization", SecretValue.Environment("TOKEN", "Bearer ")),
            ("X-Key", SecretValue.File(_file)));

        Assert.Equal([("X-Plain", "plain"), ("Authorization", "Bearer from-variable"), ("X-Key", "from-file")], headers);
    }

    [Fact]
    public async Task A_secret_that_rotates_counts_from_the_next_attempt()
    {
        await File.WriteAllTextAsync(_file, "old\r\n");
        var before = await ResolveAsync(("X-Key", SecretValue.File(_file)));
        await File.WriteAllTextAsync(_file, "new");

        var after = await ResolveAsync(("X-Key", SecretValue.File(_file)));

        Assert.Equal([("X-Key", "old")], before);
        Assert.Equal([("X-Key", "new")], after);
    }

    [Fact]
    public async Task A_missing_variable_fails_the_attempt_and_is_named()
    {
        var failure = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(("Authorization", SecretValue.Environment("NOWHERE"))));

        Assert.Equal("header Authorization: the environment variable NOWHERE is not set", failure.Message);
    }

    [Fact]
    public async Task A_missing_file_fails_the_attempt_and_is_named()
    {
        var failure = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(("Authorization", SecretValue.File("/nowhere/at/all"))));

        Assert.Equal("header Authorization: the file /nowhere/at/all does not exist", failure.Message);
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_file_fails_the_attempt_and_says_so()
    {
        File.Delete(_file);
        using (var made = System.Diagnostics.Process.Start("mkfifo", [_file]))
            await made.WaitForExitAsync();

        // On the thread pool: the call itself did not return before its time was bounded.
        var attempt = Task.Run(() => ResolveAsync(("Authorization", SecretValue.File(_file)))).WaitAsync(TimeSpan.FromSeconds(30));
        var failure = await Assert.ThrowsAsync<SecretUnavailableException>(() => attempt);

        Assert.Equal($"header Authorization: the file {_file} cannot be read: it is a named pipe, not a regular file", failure.Message);
    }

    [Fact]
    public async Task A_file_too_large_for_a_secret_fails_the_attempt()
    {
        await File.WriteAllBytesAsync(_file, new byte[10 * 1024 * 1024]);

        var failure = await Assert.ThrowsAsync<SecretUnavailableException>(() => ResolveAsync(("Authorization", SecretValue.File(_file))));

        Assert.EndsWith("cannot be read: it has 10485760 bytes, at most 65536 are read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_text_is_refused()
    {
        var reader = new BoundedFileReader(TimeProvider.System, (_, _) => [0x41, 0xFF]);

        var refused = await Assert.ThrowsAsync<IOException>(() => SecretFile.ReadAsync("/binary", reader, CancellationToken.None));

        Assert.Equal("it is not text in UTF-8", refused.Message);
    }

    [Fact]
    public async Task A_secret_that_hangs_does_not_delay_another_one()
    {
        using var answers = new ManualResetEventSlim();
        var reader = new BoundedFileReader(TimeProvider.System, (path, _) =>
        {
            if (path == "/hung")
                answers.Wait();
            return "token\n"u8.ToArray();
        });

        var hung = SecretFile.ReadAsync("/hung", reader, CancellationToken.None);
        var other = await SecretFile.ReadAsync("/other", reader, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("token", other);
        Assert.False(hung.IsCompleted);
        answers.Set();
        Assert.Equal("token", await hung);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("hunter2\nX-Injected: y", "has more than one line, or a character that a header cannot have")]
    [InlineData("hunter2\u00e9", "has more than one line, or a character that a header cannot have")]
    public async Task A_value_that_is_no_header_fails_the_attempt_without_being_repeated(string value, string why)
    {
        _environment["TOKEN"] = value;

        var failure = await Assert.ThrowsAsync<SecretUnavailableException>(() =>
            ResolveAsync(("Authorization", SecretValue.Environment("TOKEN"))));

        Assert.Equal($"header Authorization: the environment variable TOKEN {why}", failure.Message);
    }

    private async Task<(string, string)[]> ResolveAsync(params (string Name, SecretValue Value)[] headers)
    {
        var endpoint = new EndpointSettings
        {
            Id = new EndpointId("x"),
            Url = new Uri("wss://feed.example.com"),
            Headers = new ValueMap<SecretValue>(headers.Select(header => KeyValuePair.Create(header.Name, header.Value))),
        };
        var request = await new SecretAttemptResolver(_environment.GetValueOrDefault, SecretFile.ReadAsync).ResolveAsync(
            new Attempt(endpoint, endpoint.Url), CancellationToken.None);
        return [.. request.Headers.Select(header => (header.Key, header.Value))];
    }
}
