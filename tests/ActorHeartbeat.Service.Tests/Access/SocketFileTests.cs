using System.Net.Sockets;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Verbs;

namespace ActorHeartbeat.Service.Tests.Access;

/// <summary>The API on a Unix socket.</summary>
[Collection("key in the environment")]
public sealed class SocketFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socket-");

    private string File => Path.Combine(_folder.FullName, "api.sock");

    private string Listen => $"actor-heartbeat.http.listen = \"unix:{File}\"\n";

    private UnixFileMode Mode() => new FileInfo(File).UnixFileMode;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_api_is_served_on_a_file_of_the_configured_mode_which_goes_with_the_service()
    {
        await using (await RunningService.Start(beside: $"{Listen}actor-heartbeat.http.socket-mode = \"0660\""))
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
                Mode());
            using var client = ServiceClient.Create(new Uri($"unix:{File}"), RunningService.Deadline);
            using var answer = await client.PostAsync("/v1/endpoints/off/pause", content: null);
            Assert.Equal(202, (int)answer.StatusCode);
        }

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task With_keys_a_socket_file_needs_one_too()
    {
        await using var service = await RunningService.Start(beside: Listen + GuardedService.Keys);
        using var client = ServiceClient.Create(new Uri($"unix:{File}"), RunningService.Deadline);

        using var answer = await client.GetAsync("/v1/endpoints");

        Assert.Equal(401, (int)answer.StatusCode);
    }

    [Fact]
    public async Task The_verbs_talk_to_a_socket_file()
    {
        await using var service = await RunningService.Start(beside: Listen);
        var output = new StringWriter();

        Assert.Equal(0, await CommandLine.Run(["health", "--url", $"unix:{File}"], output, TextWriter.Null, default));
        Assert.Equal(
            0, await CommandLine.Run(["tail", "ticker", "--count", "1", "--url", $"unix:{File}"], output, TextWriter.Null, default));
        Assert.Equal(
            0, await CommandLine.Run(["diff", service.File, "--url", $"unix:{File}"], output, TextWriter.Null, default));
    }

    [Fact]
    public void The_file_of_a_dead_process_is_replaced()
    {
        using (var dead = SocketFile.Bind(new UnixDomainSocketEndPoint(File), UnixFileMode.UserRead))
        {
            dead.Listen();
            System.IO.File.Move(File, $"{File}.left"); // the end of a process that is killed leaves its file
        }
        System.IO.File.Move($"{File}.left", File);

        using var next = SocketFile.Bind(new UnixDomainSocketEndPoint(File), UnixFileMode.UserRead);
        next.Listen();

        Assert.Equal(UnixFileMode.UserRead, Mode());
    }

    [Fact]
    public async Task The_file_of_a_living_process_is_not_replaced()
    {
        await using var living = await RunningService.Start(beside: Listen);

        var refused = Assert.Throws<SocketException>(() => SocketFile.Bind(new UnixDomainSocketEndPoint(File), UnixFileMode.UserRead));

        Assert.Contains("another process listens on it", refused.Message, StringComparison.Ordinal);
        using var client = ServiceClient.Create(new Uri($"unix:{File}"), RunningService.Deadline);
        Assert.Contains("ok", await client.GetStringAsync("/healthz/live"), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_file_is_left_alone()
    {
        System.IO.File.WriteAllText(File, "notes");

        var refused = Assert.Throws<SocketException>(() => SocketFile.Bind(new UnixDomainSocketEndPoint(File), UnixFileMode.UserRead));

        Assert.Contains("is a regular file, no socket, and is left alone", refused.Message, StringComparison.Ordinal);
        Assert.Equal("notes", System.IO.File.ReadAllText(File));
    }
}
