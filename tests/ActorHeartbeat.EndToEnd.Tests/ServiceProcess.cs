using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The program as operators run it: a process of its own beside a file that configures it.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    /// <summary>Long enough for a machine that does other things too; nothing that works takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;
    private HttpClient? _http;

    private ServiceProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>The processor time it has used since its start.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>What it has printed so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    private HttpClient Http => _http ?? throw new InvalidOperationException("it has not said where its API is");

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<EndedProcess> RunToEndAsync(params string[] arguments)
    {
        using var process = Process.Start(Program(arguments))!;
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new EndedProcess(process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts <c>run FILE</c> and returns when it says that it is up.</summary>
    public static Task<ServiceProcess> StartAsync(string file) => StartAsync(Program("run", file));

    /// <summary>
    /// The same in a network namespace of its own, whose one link <see cref="LinkAsync"/> turns off and on. Its API is out of reach.
    /// </summary>
    public static Task<ServiceProcess> StartApartAsync(string file)
    {
        var program = Program("run", file);
        string[] inside = ["-Urn", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", program.FileName, .. program.ArgumentList];
        return StartAsync(new ProcessStartInfo("unshare", inside) { RedirectStandardOutput = true, RedirectStandardError = true });
    }

    /// <summary>The same where a start is hardest: all threads on one core, and a pool that begins with one thread.</summary>
    public static Task<ServiceProcess> StartOnOneCoreAsync(string file)
    {
        var program = Program("run", file);
        string[] there = ["-c", "0", program.FileName, .. program.ArgumentList];
        var start = new ProcessStartInfo("taskset", there) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1";
        return StartAsync(start);
    }

    private static async Task<ServiceProcess> StartAsync(ProcessStartInfo program)
    {
        var service = new ServiceProcess(Process.Start(program)!);
        try
        {
            var started = await service.LineAsync("started: ");
            service._http = new HttpClient { BaseAddress = new Uri(ApiAddress().Match(started).Groups[1].Value), Timeout = Patience };
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first line with these words, printed already or soon.</summary>
    public async Task<string> LineAsync(string words)
    {
        string? found = null;
        await Eventually.TrueAsync(
            () =>
                Task.FromResult(
                    (found = Lines.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal))) is not null
                        || _reading.IsCompleted),
            Patience,
            () => $"a line with \"{words}\" among:\n{string.Join('\n', Lines.TakeLast(20))}");
        return found ?? throw new InvalidOperationException($"it ended without \"{words}\":\n{string.Join('\n', Lines)}");
    }

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public async Task<JsonElement> PostAsync(string path)
    {
        using var response = await Http.PostAsync(path, null);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The page of <c>GET /v1/config</c> as soon as it is like this.</summary>
    public async Task<JsonElement> ConfigurationAsync(Func<JsonElement, bool> condition, string what)
    {
        var page = default(JsonElement);
        await Eventually.TrueAsync(async () => condition(page = await GetAsync("/v1/config")), Patience, what);
        return page;
    }

    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Turns the link of a process that was started apart off or on: off, no packet passes and nobody is told.</summary>
    public async Task LinkAsync(string state)
    {
        using var enter = Process.Start(
            "nsenter", ["-t", $"{_process.Id}", "-U", "-n", "--preserve-credentials", "ip", "link", "set", "lo", state]);
        await enter.WaitForExitAsync();
        Assert.Equal(0, enter.ExitCode);
    }

    /// <summary>
    /// Files that it writes may be so large from now on, null for no limit: past it a write takes a part and then fails, as on a full disk.
    /// </summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        using var limit = Process.Start(
            "prlimit", ["--pid", $"{_process.Id}", $"--fsize={(bytes is { } most ? $"{most}" : "unlimited")}:unlimited"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public async Task CrashAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(deadline.Token);
        await _reading.WaitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static ProcessStartInfo Program(params string[] arguments)
    {
        string[] all = [Path.Combine(AppContext.BaseDirectory, "ActorHeartbeat.Service.dll"), .. arguments];
        return new ProcessStartInfo("dotnet", all) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    private async Task ReadAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            lock (_lines)
                _lines.Add(line);
        }
    }

    [GeneratedRegex("API on (http://[^ ,]+)")]
    private static partial Regex ApiAddress();
}

/// <summary>What a process that has ended said.</summary>
public sealed record EndedProcess(int ExitCode, string Output, string Error);
