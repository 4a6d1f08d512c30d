using System.Globalization;

namespace ActorHeartbeat.WebConsole.Tests;

/// <summary>
/// Runs the tests, as every test project does; or <c>screenshots FOLDER</c>, for <c>tests/screenshots.sh</c>; or
/// <c>load ENDPOINTS SECONDS</c>, for <c>tests/console.sh</c>.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["screenshots", var folder]:
                await Screenshots.TakeAsync(folder);
                return 0;
            case ["load", var endpoints, var seconds]:
                var time = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
                return await ConsoleLoad.MeasureAsync(int.Parse(endpoints, CultureInfo.InvariantCulture), time) ? 0 : 1;
            default:
                return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        }
    }
}
