using System.Globalization;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace ActorHeartbeat.Service.Logging;

/// <summary>One flat JSON object per line: time, level, message, then every property by its name in camelCase.</summary>
internal sealed class JsonLines : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);
    private static readonly JsonValueFormatter Values = new(typeTagName: null);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write("{\"time\":\"");
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        output.Write("\",\"level\":\"");
        output.Write(NameOf(logEvent.Level));
        output.Write("\",\"message\":");
        JsonValueFormatter.WriteQuotedJsonString(Render(logEvent), output);
        foreach (var (name, value) in logEvent.Properties)
        {
            if (name is "EventId" or AkkaLines.Text) // the text is the message
                continue;
            output.Write(',');
            JsonValueFormatter.WriteQuotedJsonString(
                name == "SourceContext" ? "source" : JsonNamingPolicy.CamelCase.ConvertName(name), output);
            output.Write(':');
            Values.Format(value, output);
        }
        if (logEvent.Exception is { } exception)
        {
            output.Write(",\"exception\":");
            JsonValueFormatter.WriteQuotedJsonString(exception.ToString(), output);
        }
        output.Write("}\n");
    }

    private static string Render(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, text);
        return text.ToString();
    }

    private static string NameOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warning",
        _ => "error",
    };
}
