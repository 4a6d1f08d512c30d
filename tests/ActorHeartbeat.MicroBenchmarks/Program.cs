// dotnet run -c Release --project tests/ActorHeartbeat.MicroBenchmarks -- gate | the arguments of BenchmarkDotNet, such as --filter '*'
using ActorHeartbeat.MicroBenchmarks;
using BenchmarkDotNet.Running;

if (args is ["gate"])
    return AllocationGate.Run();
BenchmarkSwitcher.FromAssembly(typeof(AllocationGate).Assembly).Run(args);
return 0;
