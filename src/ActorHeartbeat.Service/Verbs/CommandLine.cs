using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>The verbs of the program.</summary>
internal static partial class CommandLine
{
    public const string Name = "actorheartbeat";

    private const string About =
        """
        Keeps outbound WebSocket feeds alive: connects, heartbeats, reconnects, and says what it does.

        Exit codes: 0 good; 1 the configuration is wrong; 2 the command line is wrong; 3 a port is in use, a service cannot be
        reached or refuses, or the output cannot be written; 4 diff found differences; 5 of several endpoints some were as
        asked, 6 none was.

        Begin with: actorheartbeat run config/demo.conf, and in another terminal: actorheartbeat top
        """;

    /// <param name="args">Without the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="stop">Ends a verb that runs until it is stopped, in good order.</param>
    /// <param name="terminal">Where output leads; null for a pipe.</param>
    public static async Task<int> Run(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop, Terminal? terminal = null)
    {
        var root = Root(terminal ?? Terminal.Pipe);
        await Completion.OfferIds(root, args, stop);
        var parsed = root.Parse(args);
        if (parsed.Action is null or ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync(InWords(problem.Message));
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

    public static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand(About)
        {
            RunVerb.Create(),
            StatusVerb.Create(terminal),
            TopVerb.Create(terminal),
            ExplainVerb.Create(terminal),
            CommandVerb.Create("pause", "Close the connections of endpoints, and keep them closed", terminal),
            CommandVerb.Create("resume", "Connect paused, closed and failed endpoints again", terminal),
            CommandVerb.Create("refresh", "Close and dial again; of one that waits for its next try, dial now", terminal),
            CommandVerb.Create("rotate", "Replace the connections of endpoints, the new one first", terminal),
            CommandVerb.CreateClose(terminal),
            CommandVerb.CreateSend(terminal),
            EventsVerb.Create(),
            SubscriptionsVerb.Create(terminal),
            AuditVerb.Create(terminal),
            CheckVerb.Create(),
            ShowVerb.Create(),
            DiffVerb.Create(),
            RenderVerb.Create(),
            TryVerb.Create(),
            TailVerb.Create(),
            HealthVerb.Create(),
            KeyVerb.Create(),
            FeedServerVerb.Create(),
            CompletionVerb.Create(),
        };
        root.HelpName = Name;
        foreach (var version in root.Options.OfType<VersionOption>())
            version.Action = new PrintVersion();
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!); // not null: the library has set it
            help.Aliases.Remove("/h"); // a path, where this program runs
            help.Aliases.Remove("/?");
        }
        return root;
    }

    /// <summary>The library's message about a value that does not fit, which names a type of the program.</summary>
    private static string InWords(string message) => ExpectedType().Replace(message, match =>
    {
        var name = match.Groups["type"].Value;
        var type = typeof(VerbFormat).Assembly.GetType(name) ?? typeof(CommandLine).Assembly.GetType(name);
        return type is { IsEnum: true } ? $"as one of {string.Join(", ", Enum.GetNames(type).Select(each => each.ToLowerInvariant()))}"
            : name == typeof(int).FullName ? "as a whole number"
            : "as a value of its kind";
    });

    [GeneratedRegex(@"as expected type '(?:System\.Nullable`1\[)?(?<type>[\w.+]+)\]?'", RegexOptions.ExplicitCapture)]
    private static partial Regex ExpectedType();

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
