using System.CommandLine;
using System.CommandLine.Invocation;
using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>The verbs of the program.</summary>
internal static class CommandLine
{
    private const string Name = "actorheartbeat";

    private const string About =
        """
        Keeps outbound WebSocket feeds alive: connects, heartbeats, reconnects, and says what it does.

        Exit codes: 0 good; 1 the configuration is wrong; 2 the command line is wrong; 3 a port is in use or a service cannot be
        reached; 4 diff found differences.

        Begin with: actorheartbeat run config/demo.conf
        """;

    /// <param name="args">Without the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="stop">Ends a verb that runs until it is stopped, in good order.</param>
    public static async Task<int> Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var parsed = Root().Parse(args);
        if (parsed.Action is null or ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync(problem.Message);
            await error.WriteLineAsync($"see {Name} --help");
            return ExitCode.Usage;
        }
        // The caller handles signals and exceptions: an exception that arrives here is a bug and must be visible as one.
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        return await parsed.InvokeAsync(invocation, stop);
    }

    private static RootCommand Root()
    {
        var root = new RootCommand(About)
        {
            RunVerb.Create(),
            CheckVerb.Create(),
            ShowVerb.Create(),
            DiffVerb.Create(),
            RenderVerb.Create(),
            TryVerb.Create(),
            TailVerb.Create(),
            HealthVerb.Create(),
            KeyVerb.Create(),
            FeedServerVerb.Create(),
        };
        root.HelpName = Name;
        foreach (var version in root.Options.OfType<VersionOption>())
            version.Action = new PrintVersion();
        return root;
    }

    /// <summary>Replaces the action of the library, which would print the version of the hosting program.</summary>
    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ServiceVersion.Text);
            return ExitCode.Good;
        }
    }
}
