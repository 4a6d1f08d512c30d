using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Verbs;

BriefVerbs.PutOffCollecting(args);
using var signals = new TerminationSignals(Environment.Exit);
try
{
    return await CommandLine.Run(args, StandardOutput.Open(args), Console.Error, signals.Token, Terminal.OfProcess());
}
catch (IOException problem) when (StandardOutput.HasNoReader(problem))
{
    return ExitCode.Good; // where a verb does not look itself
}
catch (OutputException problem)
{
    await Console.Error.WriteLineAsync($"the output cannot be written: {problem.Message}");
    return ExitCode.Runtime;
}
