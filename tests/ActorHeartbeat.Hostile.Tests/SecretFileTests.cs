using System.Net.Sockets;
using ActorHeartbeat.Hostile.Tests.Scenes;
using ActorHeartbeat.Hostile.Tests.Tries;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>Secrets and certificates from files that do not answer, never end or are no files.</summary>
public sealed class SecretFileTests
{
    private const int Largest = 64 * 1024;
    private const int Many = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task A_secret_that_cannot_be_read_fails_its_endpoint_alone()
    {
        using var growing = new CancellationTokenSource();
        await using var scene = await Scene.StartAsync(
            scene => string.Join(
                '\n',
                [
                    .. Secrets(scene).Select(secret => Endpoint(scene, secret.Name, $"headers.A {{ file = \"{secret.Path}\" }}")),
                    .. Enumerable.Range(0, Many).Select(number =>
                        Endpoint(scene, $"many-{number}", $"headers.A {{ file = \"{scene.PathOf("fifo")}\" }}")),
                ]),
            defaults: "backoff { initial = 1s, max = 1s }",
            start: async file =>
            {
                _ = GrowAsync(Path.Combine(Path.GetDirectoryName(file)!, "grows"), growing.Token); // ends with the test
                return await EndToEnd.Tests.ServiceProcess.StartAsync(file);
            });
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(scene.PathOf("socket")));

        await Try.AllAsync(
            [
                .. Secrets(scene).Select(secret => new Try(
                    Kind.BlockingCalls, $"secret from {secret.What}", $"its endpoint fails: \"{secret.Why}\", and the file",
                    () => NamesAsync(scene, secret.Name, secret.Path, secret.Why))),
                new Try(Kind.BlockingCalls, $"{Many} endpoints with a secret from a pipe", Scene.Well, scene.WellAsync),
                scene.Stop(Kind.BlockingCalls, "while secrets cannot be read"),
            ]);
        await growing.CancelAsync();
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_fails_its_endpoint_alone()
    {
        await using var scene = await Scene.StartAsync(
            scene => string.Join('\n', Certificates(scene).Select(file =>
                Endpoint(scene, file.Name, $"tls.{file.Key} = \"{file.Path}\"").Replace("ws://", "wss://", StringComparison.Ordinal))),
            scene =>
            {
                File.WriteAllText(scene.PathOf("large"), new string('x', 4 * 1024 * 1024));
                Fifo.Make(scene.PathOf("pem-fifo"));
                return $"actor-heartbeat.supervisor.state-file = \"{Fifo.Make(scene.PathOf("state"))}\"";
            });

        await Try.AllAsync(
            [
                new Try(Kind.BlockingCalls, "state-file is a named pipe", "the log says so, the service starts", async () =>
                    await scene.Service.LineAsync("named pipe")),
                .. Certificates(scene).Select(file => new Try(
                    Kind.BlockingCalls, $"{file.Key} from {file.What}", $"its endpoint fails: \"{file.Why}\", and the file",
                    () => NamesAsync(scene, file.Name, file.Path, file.Why))),
                new Try(Kind.BlockingCalls, "all of these", Scene.Well, scene.WellAsync),
                scene.Stop(Kind.BlockingCalls, "while certificates cannot be read"),
            ]);
    }

    private static async Task<string> NamesAsync(Scene scene, string endpoint, string path, string why)
    {
        var failure = await scene.FailureAsync(endpoint);
        Assert.Contains(path, failure, StringComparison.Ordinal);
        Assert.Contains(why, failure, StringComparison.Ordinal);
        return failure.Replace(scene.File.Folder, "", StringComparison.Ordinal);
    }

    private static string Endpoint(Scene scene, string name, string keys) =>
        $"{name} {{ url = \"{scene.Server.UrlOf(FeedPath.Quiet, name)}\", {keys} }}";

    private static (string Name, string What, string Path, string Why)[] Secrets(Scene scene)
    {
        MakeFiles(scene);
        return
        [
            ("fifo", "a named pipe", scene.PathOf("fifo"), "named pipe"),
            ("zero", "/dev/zero", "/dev/zero", "device"),
            ("directory", "a directory", scene.File.Folder, "directory"),
            ("large", "a file of 64 KiB and one byte", scene.PathOf("large"), "65536"),
            ("memory", "/proc/self/mem", "/proc/self/mem", ""),
            ("loop", "a link to itself", scene.PathOf("loop"), ""),
            ("grows", "a file that grows all the time", scene.PathOf("grows"), "65536"),
            ("socket", "a socket", scene.PathOf("socket"), ""),
            ("missing", "a file that is not there", scene.PathOf("missing"), "not exist"),
            ("dangling", "a dangling link", scene.PathOf("dangling"), "not exist"),
            ("newlines", "a file with two lines", scene.PathOf("newlines"), ""),
        ];
    }

    private static (string Name, string What, string Key, string Path, string Why)[] Certificates(Scene scene) =>
    [
        ("ca-fifo", "a named pipe", "ca-file", scene.PathOf("pem-fifo"), "named pipe"),
        ("cert-fifo", "a named pipe", "client-cert", scene.PathOf("pem-fifo"), "named pipe"),
        ("cert-zero", "/dev/zero", "client-cert", "/dev/zero", "device"),
        ("ca-large", "a file of 4 MiB", "ca-file", scene.PathOf("large"), "bytes"),
        ("cert-directory", "a directory", "client-cert", scene.File.Folder, "directory"),
    ];

    private static void MakeFiles(Scene scene)
    {
        if (File.Exists(scene.PathOf("large")))
            return;
        Fifo.Make(scene.PathOf("fifo"));
        File.WriteAllText(scene.PathOf("large"), new string('x', Largest + 1));
        File.CreateSymbolicLink(scene.PathOf("loop"), scene.PathOf("loop"));
        File.CreateSymbolicLink(scene.PathOf("dangling"), scene.PathOf("nowhere"));
        File.WriteAllText(scene.PathOf("newlines"), "one\r\nX-Injected: two\n");
        File.WriteAllText(scene.PathOf("grows"), "");
    }

    private static async Task GrowAsync(string path, CancellationToken stopping)
    {
        try
        {
            var chunk = new string('x', 4096);
            while (true)
            {
                await File.AppendAllTextAsync(path, chunk, stopping);
                await Task.Delay(Pause, stopping);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // The test is over, and its folder is gone.
        }
    }
}
