using Akka.Event;
using AkkaLevel = Akka.Event.LogLevel;

namespace ActorHeartbeat.Service.Logging;

/// <summary>
/// A line of the actor system in the process's log: the text as Akka writes it, with its source and the properties of its message.
/// </summary>
internal static class AkkaLines
{
    /// <summary>The name of the log that has its own level in <see cref="ConsoleLog"/>.</summary>
    public const string Category = "Akka";

    /// <summary>The path of the actor that a line comes from or is about; lines of other parts of the system have none.</summary>
    public const string ActorPath = "ActorPath";

    /// <summary>The whole text. It is one property, because the text may contain anything, braces included.</summary>
    public const string Text = "AkkaText";

    private const string SourceContext = "SourceContext", Template = "{OriginalFormat}";

    public static void Akka(this Microsoft.Extensions.Logging.ILogger log, LogEvent logEvent)
    {
        var level = LevelOf(logEvent.LogLevel());
        if (!log.IsEnabled(level))
            return;
        var text = TextOf(logEvent);
        log.Log(level, default, Properties(logEvent, text), logEvent.Cause, (_, _) => text);
    }

    private static Microsoft.Extensions.Logging.LogLevel LevelOf(AkkaLevel level) => level switch
    {
        AkkaLevel.DebugLevel => Microsoft.Extensions.Logging.LogLevel.Debug,
        AkkaLevel.InfoLevel => Microsoft.Extensions.Logging.LogLevel.Information,
        AkkaLevel.WarningLevel => Microsoft.Extensions.Logging.LogLevel.Warning,
        _ => Microsoft.Extensions.Logging.LogLevel.Error,
    };

    // The last property of a name wins, so the properties of a message hide neither the source nor the text.
    private static List<KeyValuePair<string, object?>> Properties(LogEvent logEvent, string text)
    {
        var properties = new List<KeyValuePair<string, object?>>();
        if (logEvent.TryGetProperties(out var parts))
            properties.AddRange(parts!.Select(part => KeyValuePair.Create(part.Key, (object?)part.Value)));
        properties.Add(KeyValuePair.Create(SourceContext, (object?)SourceOf(logEvent)));
        if (IsPath(logEvent.LogSource))
            properties.Add(KeyValuePair.Create(ActorPath, (object?)logEvent.LogSource));
        properties.Add(KeyValuePair.Create(Text, (object?)text));
        properties.Add(KeyValuePair.Create(Template, (object?)$"{{{Text}:l}}"));
        return properties;
    }

    // A template with too few arguments is a mistake in a log line; the line is worth more than the exception.
    private static string TextOf(LogEvent logEvent)
    {
        try
        {
            return logEvent.Message?.ToString() ?? "";
        }
        catch (FormatException)
        {
            return logEvent.GetTemplate();
        }
    }

    private static string SourceOf(LogEvent logEvent) =>
        logEvent.LogClass is null || logEvent.LogClass == typeof(DummyClassForStringSources)
            ? logEvent.LogSource
            : logEvent.LogClass.FullName ?? logEvent.LogClass.Name;

    /// <summary><c>akka://system/user/name</c>, or <c>akka.tcp://system@host:port/user/name</c>.</summary>
    private static bool IsPath(string source) =>
        source.StartsWith("akka", StringComparison.Ordinal) && source.IndexOf("://", StringComparison.Ordinal) is > 0 and < 12;
}
