using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Verbs;

using var signals = new TerminationSignals(Environment.Exit);
return await CommandLine.Run(args, Console.Out, Console.Error, signals.Token);
