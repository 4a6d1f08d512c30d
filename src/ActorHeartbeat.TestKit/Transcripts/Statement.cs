namespace ActorHeartbeat.TestKit;

/// <summary>One statement of a transcript.</summary>
/// <param name="Line">Its line, counted from 1.</param>
internal abstract record Statement(int Line)
{
    /// <summary>The time that the client has for it.</summary>
    public TimeSpan Within { get; init; }

    public static string Spell(TimeSpan time) => $"{time.TotalSeconds} s";

    /// <summary>Its words, for faults.</summary>
    public sealed override string ToString() => this switch
    {
        Hears hears => $"> {hears.Message}",
        Dial dial => $"dial {dial.Url}",
        Request request => $"http {request.Method} {request.Url}",
        Alive alive => $"alive {Spell(alive.Time)}",
        Quiet quiet => $"quiet {Spell(quiet.Time)}",
        Wait wait => $"wait {Spell(wait.Time)}",
        Closed closed => $"closed {closed.Code}",
        _ => GetType().Name.ToLowerInvariant(),
    };

    /// <summary>The client must dial next.</summary>
    public sealed record Dial(int Line, TextPattern Url) : Statement(Line)
    {
        public IReadOnlyList<(string Name, TextPattern Value)> Headers { get; init; } = [];

        public string? Subprotocol { get; init; }

        /// <summary>The status with which the handshake is refused; null when it is accepted.</summary>
        public int? Refusal { get; init; }

        public string? RetryAfter { get; init; }
    }

    /// <summary>The client must make this HTTP request.</summary>
    public sealed record Request(int Line, string Method, TextPattern Url) : Statement(Line)
    {
        public IReadOnlyList<(string Name, TextPattern Value)> Headers { get; init; } = [];

        public Utterance? Body { get; init; }

        public int Status { get; init; } = 200;

        public Utterance? Answer { get; init; }
    }

    /// <summary>The client must say this next.</summary>
    public sealed record Hears(int Line, Utterance Message) : Statement(Line);

    /// <summary>The server says this.</summary>
    public sealed record Says(int Line, Utterance Message) : Statement(Line);

    /// <summary>The client may say or ask this at any time, or must.</summary>
    public sealed record Whenever(int Line, Utterance? Message, Request? Call) : Statement(Line)
    {
        public TimeSpan? AtLeastEvery { get; init; }

        /// <summary>A number in the message that must be higher each time; null for none.</summary>
        public string? Grows { get; init; }

        public IReadOnlyList<Utterance> Answers { get; init; } = [];
    }

    /// <summary>The server says this again and again, and may want an answer.</summary>
    public sealed record Every(int Line, TimeSpan Period, Utterance Message) : Statement(Line)
    {
        /// <summary>What the client must answer; null for nothing.</summary>
        public Utterance? Answer { get; init; }

        /// <summary>What the server says to the answer.</summary>
        public IReadOnlyList<Utterance> Then { get; init; } = [];
    }

    /// <summary>The client may not be silent for longer.</summary>
    public sealed record Silence(int Line, TimeSpan Most) : Statement(Line);

    /// <summary>The connection lives for this long.</summary>
    public sealed record Alive(int Line, TimeSpan Time) : Statement(Line);

    /// <summary>The server waits.</summary>
    public sealed record Wait(int Line, TimeSpan Time) : Statement(Line);

    /// <summary>The client makes no dial for this long.</summary>
    public sealed record Quiet(int Line, TimeSpan Time) : Statement(Line);

    /// <summary>Nothing comes from the server any more, and no rule holds.</summary>
    public sealed record Mute(int Line) : Statement(Line);

    /// <summary>The connection is lost.</summary>
    public sealed record Loses(int Line) : Statement(Line);

    /// <summary>The server closes.</summary>
    public sealed record Close(int Line, int Code, string Reason) : Statement(Line);

    /// <summary>The client must close, or must have closed, with this code.</summary>
    public sealed record Closed(int Line, int Code) : Statement(Line);

    /// <summary>How the server's messages look on the wire.</summary>
    public sealed record Frames(int Line, FrameLook Look) : Statement(Line);

    /// <summary>What ends each message.</summary>
    public sealed record Delimiter(int Line, string Text) : Statement(Line);

    /// <summary>A name with a value for all connections.</summary>
    public sealed record Name(int Line, string Key, string Value) : Statement(Line);
}

/// <summary>How the server's messages look on the wire.</summary>
internal enum FrameLook
{
    Text,
    Binary,
    Gzip,
    ZlibStream,
}
