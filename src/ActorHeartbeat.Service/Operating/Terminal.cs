namespace ActorHeartbeat.Service.Operating;

/// <summary>Where a verb prints, and whom it can ask: a terminal with its size, or a pipe.</summary>
internal sealed record Terminal
{
    /// <summary>The columns of a table in a pipe: no screen bounds it, and a reader still sees its columns.</summary>
    public const int PipeWidth = 200;

    /// <summary>A pipe: wide, without colours, and with nobody to ask.</summary>
    public static readonly Terminal Pipe = new();

    /// <summary>Whether the output is a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether it takes colours: a terminal does, unless NO_COLOR has a value or it is a dumb one.</summary>
    public bool HasColours { get; init; }

    /// <summary>Columns and rows, as they are now.</summary>
    public Func<(int Width, int Height)> Size { get; init; } = () => (PipeWidth, int.MaxValue);

    /// <summary>Reads the answer to a question; null when there is nobody to ask.</summary>
    public Func<string?>? Ask { get; init; }

    /// <summary>The key that was pressed since the last look; null for none.</summary>
    public Func<char?> Key { get; init; } = () => null;

    public static Terminal OfProcess()
    {
        var isTerminal = !Console.IsOutputRedirected;
        var canAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected;
        return new Terminal
        {
            IsTerminal = isTerminal,
            HasColours = TakesColours(isTerminal, Environment.GetEnvironmentVariable),
            Size = isTerminal ? SizeOfConsole : Pipe.Size,
            Ask = canAsk ? Console.ReadLine : null,
            Key = Console.IsInputRedirected ? Pipe.Key : KeyOfConsole,
        };
    }

    /// <param name="isTerminal">Whether the output is one.</param>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static bool TakesColours(bool isTerminal, Func<string, string?> variable) =>
        isTerminal && string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";

    private static (int Width, int Height) SizeOfConsole()
    {
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        return (width > 0 ? width : 80, height > 0 ? height : 24); // a terminal that does not tell
    }

    private static char? KeyOfConsole() => Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null;
}
