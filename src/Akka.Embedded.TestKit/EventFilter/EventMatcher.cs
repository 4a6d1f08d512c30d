using System.Text.RegularExpressions;
using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Whether an event of the stream is one that a test is about, and how to call it in a failure.</summary>
internal sealed record EventMatcher(string Description, Func<object, bool> Matches)
{
    public static EventMatcher OfLevel(LogLevel level, TextMatch text, string source) =>
        new($"{level} {text.Description}{From(source)}", candidate =>
            candidate is LogEvent logged
            && logged.LogLevel() == level
            && IsFrom(logged, source)
            && text.Accepts(logged.Message?.ToString()));

    /// <summary>The text may be the exception's own, or the one it was logged with.</summary>
    public static EventMatcher OfException(Type exceptionType, TextMatch text, string source, bool inner) =>
        new($"an error with {exceptionType.Name} {text.Description}{From(source)}", candidate =>
            candidate is Error { Cause: { } cause } error
            && IsFrom(error, source)
            && Chain(cause, inner).Any(exception =>
                exceptionType.IsInstanceOfType(exception) && (text.Accepts(exception.Message) || (ReferenceEquals(exception, cause) && text.Accepts(error.Message?.ToString())))));

    public static EventMatcher OfDeadLetter(Type messageType, Func<object, bool> isMatch, string source) =>
        new($"a dead letter of type {messageType.Name}{From(source)}", candidate =>
            candidate is DeadLetter letter
            && messageType.IsInstanceOfType(letter.Message)
            && isMatch(letter.Message)
            && (source is null || letter.Recipient.Path.ToString() == source));

    public static EventMatcher Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent =>
        new($"a {typeof(TLogEvent).Name} that the predicate accepts", candidate => candidate is TLogEvent logged && predicate(logged));

    private static bool IsFrom(LogEvent logged, string source) => source is null || logged.LogSource == source;

    private static string From(string source) => source is null ? "" : $" from {source}";

    private static IEnumerable<Exception> Chain(Exception cause, bool inner)
    {
        if (!inner)
            return [cause];
        var nested = cause is AggregateException aggregate ? aggregate.InnerExceptions : cause.InnerException is { } single ? [single] : (IEnumerable<Exception>)[];
        return nested.SelectMany(exception => Chain(exception, inner)).Prepend(cause);
    }
}

/// <summary>What a log text must look like.</summary>
internal sealed record TextMatch(string Description, Func<string, bool> Accepts)
{
    public static TextMatch Of(string message, string start, string contains)
    {
        if (message is not null)
            return new($"\"{message}\"", text => text == message);
        if (start is not null)
            return new($"starting with \"{start}\"", text => text?.StartsWith(start, StringComparison.Ordinal) == true);
        if (contains is not null)
            return new($"containing \"{contains}\"", text => text?.Contains(contains, StringComparison.Ordinal) == true);
        return new("with any text", _ => true);
    }

    public static TextMatch Of(Regex pattern) => new($"matching {pattern}", text => text is not null && pattern.IsMatch(text));
}
