using ActorHeartbeat.WebConsole.Tests;

switch (args)
{
    case ["screenshots", var folder]:
        await Screenshots.TakeAsync(folder);
        return 0;
    default:
        return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
}
