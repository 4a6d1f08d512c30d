using System.Text.RegularExpressions;

namespace ActorHeartbeat.Templates;

/// <summary>
/// The names that a configuration gives to values: a word of its own choice, or <c>session.</c> and such a word for a value that outlives
/// the connection, or <see cref="Sequence"/>.
/// </summary>
public static class TemplateName
{
    /// <summary>The highest number that the peer has sent so far.</summary>
    public const string Sequence = "sequence";

    /// <summary>The key of a subscription.</summary>
    public const string Each = "each";

    /// <summary>All values that outlive the connection, and what begins the name of each.</summary>
    public const string Session = "session";

    internal const string SessionPrefix = Session + ".";

    private static readonly Regex Word = new(@"\A[A-Za-z_][A-Za-z0-9_\-]*\z", RegexOptions.NonBacktracking);

    /// <summary>What placeholders call something else.</summary>
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        Template.TextOfMessage, "counter", "now", "uuid", "attempt", "incarnation", "null", "none", "env", "file",
        Each, Sequence, Session,
    };

    /// <summary>Why no value can be given this name, in one line without the name; null when one can.</summary>
    public static string? Reject(string name) =>
        !Word.IsMatch(name) ? "a name is a letter or _ and then letters, digits, _ and -"
        : Taken.Contains(name) ? "placeholders call something else by this name"
        : null;

    /// <summary>Why no value can be captured under this name; null when one can.</summary>
    public static string? RejectCaptured(string name) => Reject(IsOfSession(name) ? name[SessionPrefix.Length..] : name);

    internal static bool IsOfSession(string name) => name.StartsWith(SessionPrefix, StringComparison.Ordinal);

    /// <summary>Whether a placeholder may ask for it.</summary>
    internal static bool IsGivable(string name) => name is Sequence or Each || RejectCaptured(name) is null;
}
