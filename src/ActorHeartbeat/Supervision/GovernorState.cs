namespace ActorHeartbeat.Supervision;

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

    /// <summary>Replaces the saved state as a whole. Called from the thread pool, one at a time; a failure is logged and tried again with the next change.</summary>
    Task SaveAsync(GovernorState state);
}
