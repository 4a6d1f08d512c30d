using System.CommandLine;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Reloading;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Governor;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Hosting;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.Telemetry;
using Akka.Actor;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Serilog.Extensions.Logging;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Supervises the endpoints of a file until it is stopped.</summary>
internal static class RunVerb
{
    private const string DefaultFile = "config/service.conf";

    /// <summary>After this long without an answer of a file the start says so, and again each time.</summary>
    private static readonly TimeSpan ReadingPatience = TimeSpan.FromSeconds(10);

    /// <summary>Time for the parts that have started to stop after a failed start.</summary>
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration, in HOCON", DefaultValueFactory = _ => DefaultFile };
        var verb = new Command(
            "run",
            "Supervise the endpoints of a configuration until SIGTERM or Ctrl-C, which close every connection; a second one aborts. "
                + "SIGHUP reads the configuration again.")
        {
            file,
        };
        verb.SetAction((parsed, stop) => Run(parsed.GetRequiredValue(file), parsed.InvocationConfiguration.Error, stop));
        return verb;
    }

    private static async Task<int> Run(string path, TextWriter error, CancellationToken stop)
    {
        var hangup = new EarlyHangup();
        if (await ReadAtStart(path, error, stop) is not { } read)
            return ExitCode.Good;
        if (read.Configuration is not { } configuration)
        {
            await error.WriteLineAsync(ErrorReport.Print(read.Errors));
            return ExitCode.WrongConfiguration;
        }
        if (HttpLimits.Refuse(ProcessRoom.DescriptorLimit()) is { } tooFew)
        {
            await error.WriteLineAsync(tooFew);
            return ExitCode.Runtime;
        }
        if ((Exposition.Refuse(configuration.Process.Telemetry)
                ?? AuditLog.Reject(configuration.Process.Http.Access.Audit)
                ?? ListenProblem.Reject(configuration.Process.Http)) is { } problem)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Runtime;
        }
        using var console = new ConsoleLog(configuration.Process.Log, AkkaSection.NamesLogLevel(configuration));
        using var certificateLog = new SerilogLoggerFactory(console.Logger);
        var (certificate, unusable) = await ReadCertificate(configuration.Process.Http.Tls, certificateLog);
        if (unusable is not null)
        {
            await error.WriteLineAsync(unusable);
            return ExitCode.Runtime;
        }
        using var host = ServiceHost.Build(configuration, inHand => Read(path, inHand, configuration.Akka), console, certificate);
        if (AkkaSection.Start(host.Services, configuration) is { } refused)
        {
            await error.WriteLineAsync(ErrorReport.Print(refused.Errors));
            return ExitCode.WrongConfiguration;
        }
        ServiceHost.MapRoutes(host);
        if (await Start(host, configuration, path, error, stop) is { } failed)
            return failed;
        return await RunToEnd(host, configuration, path, hangup, stop);
    }

    private static async Task<(ServerCertificate? Certificate, string? Problem)> ReadCertificate(HttpTlsSettings tls, ILoggerFactory log)
    {
        if (tls.Certificate is null)
            return (null, null);
        try
        {
            return (await ServerCertificate.ReadAsync(tls, TimeProvider.System, log.CreateLogger("ActorHeartbeat")), null);
        }
        catch (InvalidDataException problem)
        {
            return (null, problem.Message);
        }
    }

    /// <summary>
    /// Reads the files of the start on a thread of its own, because a file system may never answer. Null when the process is to stop
    /// meanwhile.
    /// </summary>
    private static async Task<LoadResult?> ReadAtStart(string path, TextWriter error, CancellationToken stop)
    {
        var inHand = new FileInHand();
        var reading = Task.Factory.StartNew(
            () => ConfigurationLoader.Load(path, inHand: inHand),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        while (!reading.IsCompleted)
        {
            // A bare delay of the start, before there is an actor system.
            if (await Task.WhenAny(reading, Task.Delay(ReadingPatience, TimeProvider.System, stop)) == reading)
                break;
            var where = $"{inHand.Path ?? path} has not answered yet";
            await error.WriteLineAsync(stop.IsCancellationRequested ? $"stopped; {where}" : $"{where}; still reading");
            if (stop.IsCancellationRequested)
                return null;
        }
        return await reading;
    }

    /// <summary>Reads the files for a reload. A changed akka section is tried, so that the next start does not fail with it.</summary>
    private static LoadResult Read(string path, FileInHand inHand, string akka)
    {
        var read = ConfigurationLoader.Load(path, inHand: inHand);
        return read.Configuration is { } next && next.Akka != akka ? AkkaSection.Try(read) : read;
    }

    /// <summary>Starts the host. Returns the exit code when it does not start, or is stopped meanwhile.</summary>
    private static async Task<int?> Start(
        IHost host, ServiceConfiguration configuration, string path, TextWriter error, CancellationToken stop)
    {
        try
        {
            await host.StartAsync(stop);
            return null;
        }
        catch (Exception problem) when (ListenProblem.Find(problem) is not null || configuration.HasAkka || stop.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(CleanUp);
            await host.StopAsync(patience.Token);
            if (stop.IsCancellationRequested)
                return ExitCode.Good;
            if (ListenProblem.Find(problem) is not { } refused)
            {
                await error.WriteLineAsync(ErrorReport.Print(AkkaSection.Refused(configuration, problem).Errors));
                return ExitCode.WrongConfiguration;
            }
            await error.WriteLineAsync(ListenProblem.Describe(problem, refused, configuration.Process, path));
            return ExitCode.Runtime;
        }
    }

    private static async Task<int> RunToEnd(
        IHost host, ServiceConfiguration configuration, string path, EarlyHangup hangup, CancellationToken stop)
    {
        var log = host.Services.GetRequiredService<ILogger>();
        log.Started(configuration.Endpoints.Count, path, ListensOn(host), ServiceVersion.Text);
        log.Warn(configuration.Warnings);
        HttpLimits.Report(log, ProcessRoom.DescriptorLimit(), configuration.Endpoints.Count);
        if (hangup.Came)
            host.Services.GetRequiredService<ReloaderClient>().Reload(ReloadTrigger.Signal);
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var actors = host.Services.GetRequiredService<ActorSystem>().WhenTerminated;
        await using var asked = stop.Register(() => End(log, lifetime));
        var shutdown = host.WaitForShutdownAsync(CancellationToken.None);
        var isUnasked = await Task.WhenAny(actors, shutdown) == actors && !stop.IsCancellationRequested;
        if (isUnasked)
        {
            log.ActorsEnded();
            lifetime.StopApplication();
        }
        await shutdown;
        return isUnasked ? ExitCode.Runtime : ExitCode.Good;
    }

    private static void End(ILogger log, IHostApplicationLifetime lifetime)
    {
        lifetime.StopApplication();
        log.Stopping();
    }

    private static string ListensOn(IHost host) =>
        host.Services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "nothing";
}
