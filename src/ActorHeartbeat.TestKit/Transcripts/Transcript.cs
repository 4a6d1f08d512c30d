namespace ActorHeartbeat.TestKit;

/// <summary>
/// What a service says on a connection and what it wants to hear, as a text of a few lines: <c>&lt;</c> comes in to the client,
/// <c>&gt;</c> goes out of it. A <see cref="TranscriptPeer"/> plays it. Immutable.
/// </summary>
/// <remarks>The README of this package has the statements.</remarks>
public sealed class Transcript
{
    private Transcript(string name, IReadOnlyList<Statement> statements, IReadOnlyDictionary<string, string> environment)
    {
        (Name, Statements, Environment) = (name, statements, environment);
    }

    /// <summary>Its name in faults.</summary>
    public string Name { get; }

    /// <summary>The environment variables of the client, from its lines <c>env NAME = value</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    internal IReadOnlyList<Statement> Statements { get; }

    /// <summary>Reads a transcript.</summary>
    /// <param name="text">Its lines.</param>
    /// <param name="name">Its name in faults, such as that of its file.</param>
    /// <exception cref="FormatException">
    /// A line is no statement, or a client that does nothing keeps to it; the message has its number and what is allowed there.
    /// </exception>
    public static Transcript Parse(string text, string name = "transcript")
    {
        var reader = new TranscriptReader(text, name);
        var statements = reader.Read();
        return StatementOrder.Reject(statements) is var (line, why)
            ? throw new FormatException(line is null ? $"{name}: {why}" : $"{name}:{line}: {why}")
            : new Transcript(name, statements, reader.Environment);
    }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
