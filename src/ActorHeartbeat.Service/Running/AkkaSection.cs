using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Serialization;
using ActorHeartbeat.Service.Logging;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Service.Running;

/// <summary>
/// Passes the whole <c>akka</c> section to the actor system: above the
/// defaults of the service, below the settings that the service alone decides.
/// </summary>
internal static class AkkaSection
{
    private const string LogLevel = "akka.loglevel";

    /// <summary>
    /// The host alone decides when the process ends: Akka.NET's own signal hook would stop the
    /// actors before the connections are drained, its exit would cut off lines that the sinks still
    /// hold, and the host runs the coordinated shutdown itself. Akka logs to the process's log.
    /// </summary>
    internal static readonly Config Decided = ConfigurationFactory.ParseString(
        $$"""
        akka {
          loggers = ["{{typeof(AkkaLog).AssemblyQualifiedName}}"]
          stdout-logger-class = "{{typeof(EarlyAkkaLog).AssemblyQualifiedName}}"
          coordinated-shutdown { run-by-clr-shutdown-hook = off, exit-clr = off, run-by-actor-system-terminate = off }
        }
        """);

    /// <summary>
    /// A trial opens no port and starts none of the operator's loggers and extensions: it must be harmless beside a running service.
    /// </summary>
    private static readonly Config Trial = ConfigurationFactory.ParseString(
        """
        akka { loggers = [], stdout-loglevel = OFF, log-config-on-start = off, extensions = [], actor.provider = local }
        """);

    /// <summary>
    /// The section, below the settings that the service decides and above its defaults. Those
    /// of the library are among them, so that a trial system has the scheduler of the real one.
    /// </summary>
    public static Config Of(ServiceConfiguration configuration) =>
        Decided.WithFallback(Parse(configuration)).WithFallback(ConfigurationFactory.ParseString(
            $$"""
            {{LogLevel}} = {{NameOf(configuration.Process.Log.Level)}}
            # By then the host has drained the connections, and the supervisor only has to say so.
            akka.coordinated-shutdown.phases.service-stop.timeout = {{StartAndDrain.Afterwards.TotalSeconds}} s
            """))
            .WithFallback(DedicatedThreadScheduler.Configuration)
            .WithFallback(MessageSerializer.Configuration);

    /// <summary>Whether the section itself sets Akka's log level; otherwise <c>log.level</c> does.</summary>
    public static bool NamesLogLevel(ServiceConfiguration configuration) => Parse(configuration).HasPath(LogLevel);

    /// <summary>
    /// Creates the actor system of a host that is not started yet. Returns null, or
    /// the refused configuration when the system cannot be created with this section.
    /// </summary>
    public static LoadResult? Start(IServiceProvider host, ServiceConfiguration configuration)
    {
        try
        {
            CoordinatedShutdown.Get(host.GetRequiredService<ActorSystem>());
            return null;
        }
        catch (Exception refusal) when (configuration.HasAkka) // without a section it is a bug of this program
        {
            return Refused(configuration, refusal);
        }
    }

    /// <summary>The result of a configuration whose section the actor system refuses.</summary>
    public static LoadResult Refused(ServiceConfiguration configuration, Exception refusal) =>
        configuration.WithAkkaRefused(Reason(refusal));

    /// <summary>Starts a system with the section of a configuration that was read, and stops it again.</summary>
    public static LoadResult Try(LoadResult read)
    {
        if (read.Configuration is not { HasAkka: true } configuration)
            return read;
        ActorSystem? system = null;
        try
        {
            var config = Of(configuration);
            system = ActorSystem.Create("trial", Trial.WithFallback(config));
            _ = new Settings(system, config.WithFallback(system.Settings.Config)); // with the operator's own provider, which has to exist
            CoordinatedShutdown.Get(system);
            _ = Akka.Event.Logging.LogLevelFor(config.GetString("akka.stdout-loglevel", "WARNING"));
            system.ActorOf(Props.Create(() => new Watchdog()), "connections"); // with the deployment that the supervisor would have
            return read;
        }
        catch (Exception refusal) // Akka and the types that the section names may throw anything
        {
            return Refused(configuration, refusal);
        }
        finally
        {
            _ = system?.Terminate(); // nothing waits for the end of a trial
        }
    }

    private static Config Parse(ServiceConfiguration configuration) => ConfigurationFactory.ParseString($"akka {configuration.Akka}");

    private static string NameOf(LogSeverity level) => level switch
    {
        LogSeverity.Trace or LogSeverity.Debug => "DEBUG",
        LogSeverity.Info => "INFO",
        LogSeverity.Warning => "WARNING",
        _ => "ERROR",
    };

    // One line, from the innermost exception: the outer ones only report that a type could not be created.
    private static string Reason(Exception refusal) =>
        refusal.InnerException is { } inner ? Reason(inner) : refusal.Message.Split('\n')[0].TrimEnd('\r', '.');
}
