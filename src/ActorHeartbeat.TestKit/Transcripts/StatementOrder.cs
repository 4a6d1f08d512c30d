namespace ActorHeartbeat.TestKit;

/// <summary>Judges statements by what stands around them, so that no transcript is kept by a client that does nothing. Pure.</summary>
internal static class StatementOrder
{
    /// <param name="statements">The statements of a transcript.</param>
    /// <returns>What is wrong first, and its line, null where it is the whole; null when nothing is.</returns>
    public static (int? Line, string Why)? Reject(IReadOnlyList<Statement> statements)
    {
        if (statements.All(statement => statement is Statement.Name))
            return (null, "nothing is asked of the client; a transcript begins with dial URL");
        var isDialed = false;
        for (var at = 0; at < statements.Count; at++)
        {
            var statement = statements[at];
            isDialed |= statement is Statement.Dial;
            if (!isDialed && NeedsConnection(statement))
                return (statement.Line, "no dial stands above this line");
            if (AsksForSign(statement) && !statements.Skip(at + 1).TakeWhile(HasConnection).Any(TakesTime))
                return (statement.Line, "this holds for no time; put alive TIME below it");
        }
        return null;
    }

    private static bool NeedsConnection(Statement statement) =>
        statement is not (Statement.Name or Statement.Dial or Statement.Request or Statement.Quiet);

    /// <summary>Whether the client must say something again and again.</summary>
    private static bool AsksForSign(Statement statement) =>
        statement is Statement.Silence or Statement.Whenever { AtLeastEvery: not null } or Statement.Every { Answer: not null };

    /// <summary>Whether the rules of the connection hold behind a statement.</summary>
    private static bool HasConnection(Statement statement) => statement is not (Statement.Loses or Statement.Close or Statement.Mute);

    /// <summary>Whether a statement waits for the client or for a time. A next dial too: the rules hold until it comes.</summary>
    private static bool TakesTime(Statement statement) =>
        statement is Statement.Hears or Statement.Alive or Statement.Wait or Statement.Closed or Statement.Dial or Statement.Request
            or Statement.Quiet;
}
