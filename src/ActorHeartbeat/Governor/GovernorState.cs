namespace ActorHeartbeat.Governor;

/// <summary>What the governor must not forget over a restart of the process, so that a crash loop cannot spend a budget again.</summary>
public sealed record GovernorState(IReadOnlyList<SavedBudget> Budgets, IReadOnlyList<SavedPause> Pauses);

/// <param name="Key">The scope, such as <c>global</c> or <c>group:binance</c>.</param>
/// <param name="Tokens">What was left.</param>
public sealed record SavedBudget(string Key, double Tokens);

/// <param name="Key">The scope.</param>
/// <param name="For">How long the pause lasts, from the time of saving.</param>
/// <param name="Why">What the server said.</param>
public sealed record SavedPause(string Key, TimeSpan For, string Why);

/// <summary>Where the governor's state is kept; a seam, since the library knows no files.</summary>
public interface IGovernorStore
{
    /// <summary>The last saved state and its age; null when there is none or it cannot be read.</summary>
    (GovernorState State, TimeSpan Age)? Load();

    /// <summary>
    /// Replaces the saved state as a whole; must not block. Called when the one before has completed, or when the governor has crashed
    /// meanwhile: the last
    /// one called is to be the last one kept. Permits wait for it to complete, at most 5 s. A failure is logged and holds nobody up; the
    /// next change is
    /// saved again.
    /// </summary>
    Task SaveAsync(GovernorState state);
}
