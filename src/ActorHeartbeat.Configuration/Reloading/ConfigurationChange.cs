using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>A configuration that replaces another one.</summary>
/// <param name="Next">The configuration to run.</param>
/// <param name="Diff">The effect of the change.</param>
/// <param name="Base">The supervisor's revision from which the difference begins.</param>
public sealed record ConfigurationChange(ServiceConfiguration Next, ConfigurationDiff Diff, long Base)
{
    /// <summary>The command for the supervisor. It carries the difference, which the supervisor need not compute again.</summary>
    public ApplyConfiguration ForSupervisor() =>
        new([.. Next.Endpoints], ValueMap.By(group => group.Name, Next.Groups), Next.Process.Supervisor)
        {
            Known = new KnownChanges(Diff.Endpoints, Base),
        };
}

/// <summary>Hands over a configuration, and completes when the supervisor has applied it.</summary>
/// <param name="change">The change to apply.</param>
/// <param name="givenUp">Cancelled when the answer is no longer waited for.</param>
public delegate Task<ConfigurationApplied> ApplyChange(ConfigurationChange change, CancellationToken givenUp);
