using ActorHeartbeat.Hostile.Tests.Everything;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>
/// Runs the tests, as every test project does; or <c>everything [--minutes N] [--feeds N]</c>, for <c>tests/hostile.sh</c>: every fault
/// at once beside feeds of which none may miss a message.
/// </summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args is ["everything", .. var options]
        ? EverythingVerb.RunAsync(options)
        : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
}
