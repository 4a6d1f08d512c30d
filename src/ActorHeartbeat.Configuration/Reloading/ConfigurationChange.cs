using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Supervision;

namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>A configuration that is to run in place of another one.</summary>
/// <param name="Next">What is to run.</param>
/// <param name="Diff">What that does.</param>
/// <param name="Base">The supervisor's revision from which the difference begins.</param>
public sealed record ConfigurationChange(ServiceConfiguration Next, ConfigurationDiff Diff, long Base)
{
    /// <summary>The same for the supervisor, with the difference, which it need not compute again.</summary>
    public ApplyConfiguration ForSupervisor() =>
        new([.. Next.Endpoints], ValueMap.By(group => group.Name, Next.Groups), Next.Process.Supervisor)
        {
            Known = new KnownChanges(Diff.Endpoints, Base),
        };
}

/// <summary>Hands a configuration over to what runs it, and answers when the supervisor has applied it.</summary>
/// <param name="change">What changes.</param>
/// <param name="givenUp">Cancelled when the answer is no longer waited for.</param>
public delegate Task<ConfigurationApplied> ApplyChange(ConfigurationChange change, CancellationToken givenUp);
