namespace ActorHeartbeat.EndToEnd.Tests;

/// <summary>Waits for the effects of other processes, up to a deadline that the test gives.</summary>
public static class Eventually
{
    public static Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, string what) => TrueAsync(condition, within, () => what);

    /// <param name="condition">Checked every 20 ms.</param>
    /// <param name="within">The deadline.</param>
    /// <param name="what">Describes the condition in the failure message; called only on failure.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, Func<string> what)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < within, $"not within {within.TotalSeconds:0.#} s: {what()}");
            await Task.Delay(20);
        }
    }
}
