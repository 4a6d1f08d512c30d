namespace ActorHeartbeat.Hostile.Tests.Tries;

/// <summary>One try: what is done to the service, and what must hold.</summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="What">What is done, in a few words.</param>
/// <param name="Expected">What must hold.</param>
/// <param name="Look">Does it, asserts what must hold, and returns what was seen.</param>
public sealed record Try(Kind Kind, string What, string Expected, Func<Task<string>> Look)
{
    /// <summary>Makes the tries in their order. Each gets its row of the table, also after one that did not hold.</summary>
    public static async Task AllAsync(params IEnumerable<Try> tries)
    {
        var failures = new List<string>();
        foreach (var one in tries)
        {
            if (await one.MakeAsync() is { } failure)
                failures.Add($"{one.What}: {failure}");
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    private async Task<string?> MakeAsync()
    {
        try
        {
            TryTable.Add(new TryRow(this, await Look(), Held: true));
            return null;
        }
        // A try can fail in every way that the service can: each is a row and a failure of the test.
        catch (Exception failure)
        {
            TryTable.Add(new TryRow(this, failure.Message, Held: false));
            return failure.ToString();
        }
    }
}
