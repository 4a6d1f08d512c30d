using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>Says which events of a system's log a test is about.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _testkit;
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<EventMatcher> _earlier;

    /// <summary>Filters of the kit's own system.</summary>
    public EventFilterFactory(TestKitBase testkit)
        : this(testkit, testkit.Sys)
    {
    }

    /// <summary>Filters of another system.</summary>
    public EventFilterFactory(TestKitBase testkit, ActorSystem system)
        : this(testkit, system, [])
    {
    }

    internal EventFilterFactory(TestKitBase testkit, ActorSystem system, IReadOnlyList<EventMatcher> earlier)
    {
        _testkit = testkit;
        _system = system;
        _earlier = earlier;
    }

    /// <summary>Errors whose exception is a <typeparamref name="TException"/>; texts are compared with the event's message, or the exception's where it has none.</summary>
    public IEventFilterApplier Exception<TException>(string message = null, string start = null, string contains = null, string source = null)
        where TException : Exception => Exception(typeof(TException), message, start, contains, source);

    /// <inheritdoc cref="Exception{TException}(string, string, string, string)"/>
    public IEventFilterApplier Exception<TException>(Regex pattern, string source = null)
        where TException : Exception => Exception(typeof(TException), pattern, source);

    /// <inheritdoc cref="Exception{TException}(string, string, string, string)"/>
    /// <param name="exceptionType">The type of the exception, or a type above it.</param>
    /// <param name="message">The whole text.</param>
    /// <param name="start">The start of the text.</param>
    /// <param name="contains">A part of the text.</param>
    /// <param name="source">The log source, usually an actor's path.</param>
    /// <param name="checkInnerExceptions">Whether an inner exception may be the one that matches.</param>
    public IEventFilterApplier Exception(Type exceptionType, string message = null, string start = null, string contains = null, string source = null, bool checkInnerExceptions = false) =>
        Apply(EventMatcher.OfException(exceptionType, TextMatch.Of(message, start, contains), source, checkInnerExceptions));

    /// <inheritdoc cref="Exception(Type, string, string, string, string, bool)"/>
    public IEventFilterApplier Exception(Type exceptionType, Regex pattern, string source = null, bool checkInnerExceptions = false) =>
        Apply(EventMatcher.OfException(exceptionType, TextMatch.Of(pattern), source, checkInnerExceptions));

    /// <summary>Errors with the given text.</summary>
    public IEventFilterApplier Error(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.ErrorLevel, message, start, contains, source);

    /// <inheritdoc cref="Error(string, string, string, string)"/>
    public IEventFilterApplier Error(Regex pattern, string source = null) => ForLogLevel(LogLevel.ErrorLevel, pattern, source);

    /// <summary>Warnings with the given text.</summary>
    public IEventFilterApplier Warning(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.WarningLevel, message, start, contains, source);

    /// <inheritdoc cref="Warning(string, string, string, string)"/>
    public IEventFilterApplier Warning(Regex pattern, string source = null) => ForLogLevel(LogLevel.WarningLevel, pattern, source);

    /// <summary>Information with the given text.</summary>
    public IEventFilterApplier Info(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.InfoLevel, message, start, contains, source);

    /// <inheritdoc cref="Info(string, string, string, string)"/>
    public IEventFilterApplier Info(Regex pattern, string source = null) => ForLogLevel(LogLevel.InfoLevel, pattern, source);

    /// <summary>Debug events with the given text; the system logs them at <c>akka.loglevel = DEBUG</c> only.</summary>
    public IEventFilterApplier Debug(string message = null, string start = null, string contains = null, string source = null) =>
        ForLogLevel(LogLevel.DebugLevel, message, start, contains, source);

    /// <inheritdoc cref="Debug(string, string, string, string)"/>
    public IEventFilterApplier Debug(Regex pattern, string source = null) => ForLogLevel(LogLevel.DebugLevel, pattern, source);

    /// <summary>Events of one level with the given text.</summary>
    public IEventFilterApplier ForLogLevel(LogLevel logLevel, string message = null, string start = null, string contains = null, string source = null) =>
        Apply(EventMatcher.OfLevel(logLevel, TextMatch.Of(message, start, contains), source));

    /// <inheritdoc cref="ForLogLevel(LogLevel, string, string, string, string)"/>
    public IEventFilterApplier ForLogLevel(LogLevel logLevel, Regex pattern, string source = null) =>
        Apply(EventMatcher.OfLevel(logLevel, TextMatch.Of(pattern), source));

    /// <summary>Events that the predicate accepts.</summary>
    public IEventFilterApplier Custom(Predicate<LogEvent> predicate) => Custom<LogEvent>(predicate);

    /// <inheritdoc cref="Custom(Predicate{LogEvent})"/>
    public IEventFilterApplier Custom<TLogEvent>(Predicate<TLogEvent> predicate)
        where TLogEvent : LogEvent => Apply(EventMatcher.Custom(predicate));

    /// <summary>Messages that reached nobody.</summary>
    public IEventFilterApplier DeadLetter() => DeadLetter(typeof(object));

    /// <inheritdoc cref="DeadLetter()"/>
    public IEventFilterApplier DeadLetter<TMessage>(string source = null) => DeadLetter(typeof(TMessage), source);

    /// <inheritdoc cref="DeadLetter()"/>
    public IEventFilterApplier DeadLetter<TMessage>(Func<TMessage, bool> isMatch, string source = null) =>
        DeadLetter(typeof(TMessage), message => isMatch((TMessage)message), source);

    /// <inheritdoc cref="DeadLetter()"/>
    public IEventFilterApplier DeadLetter(Type type, string source = null) => DeadLetter(type, _ => true, source);

    /// <inheritdoc cref="DeadLetter()"/>
    public IEventFilterApplier DeadLetter(Type type, Func<object, bool> isMatch, string source = null) =>
        Apply(EventMatcher.OfDeadLetter(type, isMatch, source));

    private EventFilterApplier Apply(EventMatcher matcher) => new(_testkit, _system, [.. _earlier, matcher]);
}
