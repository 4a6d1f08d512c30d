using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Verbs;

BriefVerbs.PutOffCollecting(args);
using var signals = new TerminationSignals(Environment.Exit);
return await CommandLine.Run(args, Console.Out, Console.Error, signals.Token);
