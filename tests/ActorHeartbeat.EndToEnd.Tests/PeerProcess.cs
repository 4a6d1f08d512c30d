using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>A server that nobody here wrote, in a process of its own, on loopback. Ends with the test whatever happens.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly string _program;
    private readonly string[] _arguments;
    private Process? _process;

    private PeerProcess(string program, string[] arguments, int port)
    {
        _program = program;
        _arguments = arguments;
        Port = port;
    }

    public int Port { get; }

    public static Task<PeerProcess> StartAsync(string peer) => peer switch
    {
        "python-websockets" => StartAsync("/usr/bin/python3", "server.py"),
        "ws" => StartAsync("node", "server.mjs"),
        _ => throw new ArgumentException($"no such peer: {peer}", nameof(peer)),
    };

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "peers", name);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts the server again on the same port after <see cref="Kill"/>.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(StartDeadline);
        var line = await _process.StandardOutput.ReadLineAsync(deadline.Token);
        Assert.True(line == "ready", $"{_program} {string.Join(' ', _arguments)} said: {line ?? "nothing, and ended"}");
    }

    public void Kill()
    {
        _process!.Kill();
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(5)));
    }

    /// <summary>Stops the process without ending it: its connections stay open and nobody answers.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    /// <summary>How many connections each client name has (live), had at once at most (peak), and made (total).</summary>
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
            running.Kill(); // SIGKILL also ends a process that is stopped
            await running.WaitForExitAsync();
        }
        _process?.Dispose();
    }

    private static async Task<PeerProcess> StartAsync(string program, string script)
    {
        var port = FreePort();
        var peer = new PeerProcess(program, [Script(script), port.ToString()], port);
        await peer.StartAgainAsync();
        return peer;
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString()]);
        Assert.True(kill.WaitForExit(TimeSpan.FromSeconds(5)) && kill.ExitCode == 0);
    }
}

public sealed record PeerStats(Dictionary<string, int> Live, Dictionary<string, int> Peak, Dictionary<string, int> Total);
