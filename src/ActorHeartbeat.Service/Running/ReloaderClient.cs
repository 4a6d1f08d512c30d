using ActorHeartbeat.Configuration.Reloading;
using Akka.Actor;
using Akka.Hosting;

namespace ActorHeartbeat.Service.Running;

/// <summary>Sends requests to the reloader of the configuration, with a deadline.</summary>
internal sealed class ReloaderClient(IRequiredActor<ConfigurationReloader> actor)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the reloader's own deadlines: it reports a reading that hangs and a supervisor that is stuck.</summary>
    private static readonly TimeSpan ReloadDeadline =
        ConfigurationReloader.ReadingDeadline + ConfigurationReloader.ApplyDeadline + TimeSpan.FromSeconds(5);

    public Task<ConfigurationState> State(CancellationToken cancellation) =>
        actor.ActorRef.Ask<ConfigurationState>(GetConfigurationState.Instance, Deadline, cancellation);

    public Task<ReloadReport> Reload(Reload request, CancellationToken cancellation) =>
        actor.ActorRef.Ask<ReloadReport>(request, ReloadDeadline, cancellation);

    /// <summary>Reloads without waiting; the outcome is published and logged.</summary>
    public void Reload(ReloadTrigger trigger) => actor.ActorRef.Tell(new Reload(trigger), ActorRefs.Nobody);
}
