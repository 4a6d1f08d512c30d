using System.Diagnostics;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>Starts this executable again, so that the CPU time and memory of the two sides are counted apart.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="arguments">The command-line arguments: the benchmark's name and its role.</param>
    public ChildProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Under "dotnet x.dll" the process is the dotnet host, which needs the path of the assembly.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The other process ended without a word.");

    /// <summary>Sends a line and returns the answer line.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadLineAsync();
    }

    /// <summary>Ends the input of the process, which ends the process, and returns its last line.</summary>
    public Task<string> EndAsync()
    {
        _process.StandardInput.Close();
        return ReadLineAsync();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            _process.Kill();
        _process.Dispose();
    }
}
