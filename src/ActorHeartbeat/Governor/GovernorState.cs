namespace ActorHeartbeat.Governor;

/// <summary>The governor's state that must survive a restart of the process, so that a crash loop cannot spend a budget again.</summary>
public sealed record GovernorState(IReadOnlyList<SavedBudget> Budgets, IReadOnlyList<SavedPause> Pauses);

/// <param name="Key">The scope, such as <c>global</c> or <c>group:binance</c>.</param>
/// <param name="Tokens">What was left.</param>
public sealed record SavedBudget(string Key, double Tokens);

/// <param name="Key">The scope.</param>
/// <param name="For">How long the pause lasts, from the time of saving.</param>
/// <param name="Why">The detail of the failure that called for the pause.</param>
public sealed record SavedPause(string Key, TimeSpan For, string Why);

/// <summary>Keeps the governor's state. The library itself knows no files.</summary>
public interface IGovernorStore
{
    /// <summary>The last saved state and its age; null when there is none or it cannot be read.</summary>
    (GovernorState State, TimeSpan Age)? Load();

    /// <summary>
    /// Replaces the saved state as a whole; must not block. The governor calls it when the previous save has completed,
    /// or after a crash of the governor while a save is under way: the state of the last call must win. Permits wait
    /// for it to complete, at most 5 s. A failure is logged and holds up no permit; the next change is saved again.
    /// </summary>
    Task SaveAsync(GovernorState state);
}
