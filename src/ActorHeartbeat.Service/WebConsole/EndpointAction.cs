using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>A command for an endpoint.</summary>
/// <param name="Name">On its button.</param>
/// <param name="Verb">In the path of the API, and on the command line.</param>
internal sealed record EndpointAction(string Name, string Verb)
{
    public static readonly IReadOnlyList<EndpointAction> All =
    [
        new("Refresh", "refresh"),
        new("Rotate", "rotate"),
        new("Pause", "pause"),
        new("Resume", "resume"),
        new("Close", "close"),
        new("Send", "send"),
    ];
}

/// <summary>What the API has answered to a button.</summary>
/// <param name="Status">The HTTP status; 0 where there is no answer.</param>
/// <param name="Text">The body, or why there is no answer.</param>
internal sealed record ApiAnswer(int Status, string Text)
{
    public bool IsGood => Status is >= 200 and <= 299;

    public string Why => Status == 0 ? Text : Problem.DetailOf(Text);
}
