using System.Diagnostics;

namespace ActorHeartbeat.Benchmarks.Transport;

/// <summary>
/// Another process, mostly this executable once more, so that the CPU time and memory of the two sides are counted apart. It ends with its
/// input.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts this executable again.</summary>
    /// <param name="arguments">The command-line arguments: the benchmark's name and its role.</param>
    public ChildProcess(params string[] arguments)
        : this(Environment.ProcessPath!, OfThis(arguments), [])
    {
    }

    private ChildProcess(string program, IEnumerable<string> arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    /// <summary>Starts a program.</summary>
    public static ChildProcess Of(string program, params string[] arguments) => new(program, arguments, []);

    /// <inheritdoc cref="Of(string, string[])"/>
    public static ChildProcess Of(string program, string[] arguments, (string Name, string Value)[] environment) =>
        new(program, arguments, environment);

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

    // Under "dotnet x.dll" the process is the dotnet host, which needs the path of the assembly.
    private static IEnumerable<string> OfThis(string[] arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(ChildProcess).Assembly.Location, .. arguments]
            : arguments;
}
