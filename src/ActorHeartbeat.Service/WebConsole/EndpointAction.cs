using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>A command for an endpoint.</summary>
/// <param name="Name">On its button.</param>
/// <param name="Verb">In the path of the API, and on the command line.</param>
/// <param name="Effect">What it does, for those who are asked before.</param>
/// <param name="Key">The key that presses the button; null for none.</param>
internal sealed record EndpointAction(string Name, string Verb, string Effect, string? Key = null)
{
    public static readonly IReadOnlyList<EndpointAction> All =
    [
        new("Refresh", "refresh", "Closes the connection and dials again; where it waits, it dials now.", "r"),
        new("Rotate", "rotate", "Replaces the connection; the new one opens first."),
        new("Pause", "pause", "Closes the connection, and stays closed until somebody resumes it.", "p"),
        new("Resume", "resume", "Connects again."),
        new("Close", "close", "Closes the connection for good, until somebody resumes it."),
        new("Send", "send", "Sends a text to the peer."),
    ];

    /// <summary>Those that need no words of their own.</summary>
    public static readonly IReadOnlyList<EndpointAction> ForMany = [.. All.Where(action => action.Verb is not ("close" or "send"))];
}

/// <summary>What the API has answered to a button.</summary>
/// <param name="Status">The HTTP status; 0 where there is no answer.</param>
/// <param name="Text">The body, or why there is no answer.</param>
internal sealed record ApiAnswer(int Status, string Text)
{
    public bool IsGood => Status is >= 200 and <= 299;

    /// <summary>The same for eyes, where the answer is lines of text.</summary>
    public ApiAnswer Said => this with { Text = IsGood ? Text : Why };

    public string Why => Status == 0 ? Text : Problem.DetailOf(Text);
}
