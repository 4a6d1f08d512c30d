namespace ActorHeartbeat.TestKit;

/// <summary>The body of <c>POST /faults</c>.</summary>
internal sealed record FaultCommand
{
    private const string Kinds = "refuse, close, silence, no-pongs, cut, stop-listening";

    public string? Kind { get; init; }
    public string? Name { get; init; }
    public string? Path { get; init; }
    public int? Times { get; init; }
    public int? Status { get; init; }
    public string? RetryAfter { get; init; }
    public int? Code { get; init; }
    public string? Reason { get; init; }
    public double? Seconds { get; init; }

    public static FaultCommand Of(FeedFault fault) => new()
    {
        Kind = fault.Kind switch
        {
            FeedFaultKind.Refuse => "refuse",
            FeedFaultKind.Close => "close",
            FeedFaultKind.Silence => "silence",
            _ => "no-pongs",
        },
        Name = fault.On.Name,
        Path = fault.On.Path,
        Times = fault.Times,
        Status = fault.Kind == FeedFaultKind.Refuse ? fault.Status : null,
        RetryAfter = fault.RetryAfter,
        Code = fault.Kind == FeedFaultKind.Close ? fault.Code : null,
        Reason = fault.Kind == FeedFaultKind.Close ? fault.Reason : null,
        Seconds = fault.Kind == FeedFaultKind.Close ? fault.After.TotalSeconds : null,
    };

    /// <summary>The error in the command; null when it is valid.</summary>
    public string? Reject() =>
        Kind switch
        {
            "refuse" when Status is < 300 or > 599 => "status must be 300 to 599",
            "close" when Code is < 0 or > ushort.MaxValue => "code must be 0 to 65535",
            "close" when Reason?.Length > 100 => "reason must be at most 100 characters",
            "close" when Seconds is < 0 or > 86_400 => "seconds must be 0 to 86400",
            "stop-listening" when Seconds is not (> 0 and <= 3600) =>
                "seconds must be above 0 and at most 3600: nobody could ask it to listen again",
            "refuse" or "close" or "silence" or "no-pongs" or "cut" or "stop-listening" => null,
            _ => $"kind is \"{Kind}\"; allowed: {Kinds}",
        };

    /// <summary>Executes the command and returns the result.</summary>
    public async Task<object> RunAsync(FeedServer server)
    {
        var (faults, on) = (server.Faults, new FaultTarget(Name, Path));
        switch (Kind)
        {
            case "cut":
                return new { Cut = faults.Cut(on) };
            case "stop-listening":
                await server.StopListeningForAsync(TimeSpan.FromSeconds(Seconds!.Value)).ConfigureAwait(false);
                return new { StoppedFor = Seconds };
            default:
                faults.Add(ToFault(on));
                return faults.Active.Select(Of);
        }
    }

    private FeedFault ToFault(FaultTarget on) => new(Kind switch
    {
        "refuse" => FeedFaultKind.Refuse,
        "close" => FeedFaultKind.Close,
        "silence" => FeedFaultKind.Silence,
        _ => FeedFaultKind.NoPongs,
    })
    {
        On = on,
        Times = Times,
        Status = Status ?? 503,
        RetryAfter = RetryAfter,
        Code = Code ?? 1011,
        Reason = Reason ?? "",
        After = TimeSpan.FromSeconds(Seconds ?? 0),
    };
}
