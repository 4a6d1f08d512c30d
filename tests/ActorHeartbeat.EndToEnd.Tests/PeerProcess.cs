using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>
/// A WebSocket server of another project, or a proxy in front of one, in a process of its own on loopback. It always ends with the test.
/// </summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly string _program;
    private readonly string[] _arguments;
    private readonly PeerProcess? _behind;
    private Process? _process;
    private DirectoryInfo? _folder;

    private PeerProcess(string program, string[] arguments, int port, PeerProcess? behind = null)
    {
        _program = program;
        _arguments = arguments;
        _behind = behind;
        Port = port;
    }

    /// <summary>The default idle timeout of a proxy, far longer than a heartbeat interval.</summary>
    public static readonly TimeSpan ProxyIdleTimeout = TimeSpan.FromSeconds(10);

    public int Port { get; }

    /// <param name="peer">The name of a server, or of a proxy in front of one.</param>
    /// <param name="idleTimeout">The idle timeout of a proxy; ignored for servers.</param>
    public static async Task<PeerProcess> StartAsync(string peer, TimeSpan? idleTimeout = null)
    {
        if (peer is "nginx" or "haproxy")
            return await ProxyAsync(peer, await StartAsync("python-websockets"), idleTimeout ?? ProxyIdleTimeout);
        var port = FreePort.Take();
        return await StartedAsync(
            peer switch
            {
                "python-websockets" => new PeerProcess("/usr/bin/python3", [Script("server.py"), $"{port}"], port),
                "ws" => new PeerProcess("node", [Script("server.mjs"), $"{port}"], port),
                // lines.sh answers line by line; websocketd starts one process of it per connection.
                "websocketd" => new PeerProcess(
                    "websocketd", [$"--port={port}", "--address=127.0.0.1", "--loglevel=fatal", "sh", Script("lines.sh")], port),
                _ => throw new ArgumentException($"no such peer: {peer}", nameof(peer)),
            });
    }

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "peers", name);

    /// <summary>Starts the server again on the same port after <see cref="Kill"/>, and a proxy's server if that has ended.</summary>
    public async Task StartAgainAsync()
    {
        if (_behind is { _process: null or { HasExited: true } })
            await _behind.StartAgainAsync();
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo(_program, _arguments))!;
        // Some servers do not report when they are ready, but all of them listen.
        await Eventually.TrueAsync(ListensAsync, StartDeadline, $"{_program} {string.Join(' ', _arguments)} listens");
    }

    /// <summary>Ends the server and, for a proxy, the server behind it.</summary>
    public void Kill()
    {
        _process!.Kill();
        Assert.True(_process.WaitForExit(StartDeadline));
        _behind?.Kill();
    }

    /// <summary>Ends the server behind a proxy but not the proxy.</summary>
    public void KillBehind() => _behind!.Kill();

    /// <summary>Stops the process without ending it: its connections stay open, but it answers nothing.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    /// <summary>The connections of each client name: now (live), at most at once (peak) and overall (total).</summary>
    public async Task<PeerStats> StatsAsync()
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync($"http://127.0.0.1:{Port}/stats"));
        Dictionary<string, int> Read(string name) =>
            document.RootElement.GetProperty(name).EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32());
        return new PeerStats(Read("live"), Read("peak"), Read("total"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill(); // SIGKILL also ends a stopped process
            await running.WaitForExitAsync();
        }
        _process?.Dispose();
        if (_behind is not null)
            await _behind.DisposeAsync();
        _folder?.Delete(recursive: true);
    }

    private static async Task<PeerProcess> ProxyAsync(string name, PeerProcess behind, TimeSpan idleTimeout)
    {
        var port = FreePort.Take();
        var folder = Directory.CreateTempSubdirectory("actorheartbeat-");
        var configuration = Path.Combine(folder.FullName, $"{name}.conf");
        await File.WriteAllTextAsync(
            configuration,
            (await File.ReadAllTextAsync(Script($"{name}.conf")))
                .Replace("@folder@", folder.FullName, StringComparison.Ordinal)
                .Replace("@port@", $"{port}", StringComparison.Ordinal)
                .Replace("@behind@", $"{behind.Port}", StringComparison.Ordinal)
                .Replace("@idle@", $"{idleTimeout.TotalMilliseconds}ms", StringComparison.Ordinal));
        string[] arguments =
            name == "nginx" ? ["-p", folder.FullName, "-c", configuration, "-e", "stderr"] : ["-db", "-q", "-f", configuration];
        return await StartedAsync(new PeerProcess(name, arguments, port, behind) { _folder = folder });
    }

    private static async Task<PeerProcess> StartedAsync(PeerProcess peer)
    {
        try
        {
            await peer.StartAgainAsync();
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> ListensAsync()
    {
        Assert.False(_process!.HasExited, $"{_program} {string.Join(' ', _arguments)} ended by itself");
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString()]);
        Assert.True(kill.WaitForExit(StartDeadline) && kill.ExitCode == 0);
    }
}

public sealed record PeerStats(Dictionary<string, int> Live, Dictionary<string, int> Peak, Dictionary<string, int> Total);
