using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>The program as operators run it: a process of its own with a configuration file.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    /// <summary>A deadline that only a failure reaches, even on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Task _reading;
    private volatile TaskCompletionSource? _paused;
    private HttpClient? _http;

    private ServiceProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    /// <summary>The processor time used since the start of the process.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The lines printed so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    private HttpClient Http => _http ?? throw new InvalidOperationException("it has not said where its API is");

    /// <summary>Runs a verb and waits until the process ends.</summary>
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

    /// <summary>Runs <c>run FILE</c> and does not wait for it to be up: its API is not known.</summary>
    public static ServiceProcess Begin(string file) => new(Process.Start(Program("run", file))!);

    /// <summary>Runs <c>run FILE</c> and returns once the process reports that it is up.</summary>
    public static Task<ServiceProcess> StartAsync(string file) => StartAsync(Program("run", file));

    /// <summary>
    /// Starts the service in a network namespace of its own. <see cref="LinkAsync"/> turns
    /// the only link of that namespace off and on. The API cannot be reached from outside.
    /// </summary>
    public static Task<ServiceProcess> StartApartAsync(string file)
    {
        var program = Program("run", file);
        string[] inside = ["-Urn", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", program.FileName, .. program.ArgumentList];
        return StartAsync(new ProcessStartInfo("unshare", inside) { RedirectStandardOutput = true, RedirectStandardError = true });
    }

    /// <summary>
    /// Starts the service under the hardest conditions: all threads on one core, and a thread pool that begins with one thread.
    /// </summary>
    public static Task<ServiceProcess> StartOnOneCoreAsync(string file)
    {
        var program = Program("run", file);
        string[] there = ["-c", "0", program.FileName, .. program.ArgumentList];
        var start = new ProcessStartInfo("taskset", there) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1";
        return StartAsync(start);
    }

    /// <summary>Starts the service with a limit of file descriptors (RLIMIT_NOFILE).</summary>
    public static Task<ServiceProcess> StartWithDescriptorsAsync(string file, int limit)
    {
        var program = Program("run", file);
        string[] inside = ["-c", "ulimit -n \"$0\" && exec \"$@\"", $"{limit}", program.FileName, .. program.ArgumentList];
        return StartAsync(new ProcessStartInfo("sh", inside) { RedirectStandardOutput = true, RedirectStandardError = true });
    }

    /// <summary>
    /// Starts the service by a line of shell, such as <c>exec "$@" >/dev/full</c>, in which it cannot print where its API is.
    /// </summary>
    /// <param name="file">The configuration.</param>
    /// <param name="line">The line of shell; <c>"$@"</c> is the program.</param>
    /// <param name="api">The address of the API in the configuration.</param>
    public static async Task<ServiceProcess> StartByShellAsync(string file, string line, Uri api)
    {
        var program = Program("run", file);
        string[] inside = ["-c", line, "sh", program.FileName, .. program.ArgumentList];
        var start = new ProcessStartInfo("sh", inside) { RedirectStandardOutput = true, RedirectStandardError = true };
        var service = new ServiceProcess(Process.Start(start)!) { _http = new HttpClient { BaseAddress = api, Timeout = Patience } };
        try
        {
            await Eventually.TrueAsync(service.AnswersAsync, Patience, $"the API at {api} answers");
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
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

    /// <summary>Returns the first line that contains these words, and waits until there is one.</summary>
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

    /// <summary>Where the API listens.</summary>
    public Uri Api => Http.BaseAddress!;

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public async Task<JsonElement> PostAsync(string path)
    {
        using var response = await Http.PostAsync(path, null);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Returns the page of <c>GET /v1/config</c> as soon as it meets the condition.</summary>
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

    /// <summary>
    /// Turns the link of a separated process off or on. While it is off, packets are dropped without an error on either side.
    /// </summary>
    public async Task LinkAsync(string state)
    {
        using var enter = Process.Start(
            "nsenter", ["-t", $"{_process.Id}", "-U", "-n", "--preserve-credentials", "ip", "link", "set", "lo", state]);
        await enter.WaitForExitAsync();
        Assert.Equal(0, enter.ExitCode);
    }

    /// <summary>
    /// Limits the size of files that the process writes; null removes the limit. Like
    /// a full disk, a write past the limit takes a part of the data and then fails.
    /// </summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        using var limit = Process.Start(
            "prlimit", ["--pid", $"{_process.Id}", $"--fsize={(bytes is { } most ? $"{most}" : "unlimited")}:unlimited"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    /// <summary>Reads no more of its output until it has ended, like a stuck reader of its log.</summary>
    public void StopReading() => _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Closes the reading end of its output, like a reader of its log that has died.</summary>
    public void CloseOutput() => _process.StandardOutput.BaseStream.Dispose();

    /// <summary>Kills the process, as a crash would.</summary>
    public async Task CrashAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(deadline.Token);
        _paused?.TrySetResult();
        await _reading.WaitAsync(deadline.Token);
        return _process.ExitCode;
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process.HasExited, "it ended by itself");
        try
        {
            using var answer = await Http.GetAsync("/healthz/startup");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _paused?.TrySetResult();
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
        try
        {
            while (await stream.ReadLineAsync() is { } line)
            {
                lock (_lines)
                    _lines.Add(line);
                if (_paused is { } paused)
                    await paused.Task;
            }
        }
        catch (Exception closed) when (closed is ObjectDisposedException or IOException or OperationCanceledException)
        {
            // by CloseOutput
        }
    }

    [GeneratedRegex("API on (http://[^ ,]+)")]
    private static partial Regex ApiAddress();
}

/// <summary>The exit code and the output of a process that has ended.</summary>
public sealed record EndedProcess(int ExitCode, string Output, string Error);
