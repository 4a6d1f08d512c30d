namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>Runs the tests, as every test project does; or <c>screenshots FOLDER</c>, for <c>tests/screenshots.sh</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not ["screenshots", var folder])
            return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        await Screenshots.TakeAsync(folder);
        return 0;
    }
}
