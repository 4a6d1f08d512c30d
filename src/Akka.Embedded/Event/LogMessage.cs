using System.Globalization;

namespace Akka.Event;

/// <summary>Puts arguments into a template.</summary>
public interface ILogMessageFormatter
{
    string Format(string format, params object[] args);

    string Format(string format, IEnumerable<object> args);
}

/// <summary>Templates of <see cref="string.Format(string, object[])"/>. A template that does not fit its arguments is logged as it is, with them.</summary>
internal sealed class DefaultLogMessageFormatter : ILogMessageFormatter
{
    public static readonly DefaultLogMessageFormatter Instance = new();

    private DefaultLogMessageFormatter() { }

    public string Format(string format, params object[] args)
    {
        try
        {
            return string.Format(CultureInfo.InvariantCulture, format, args);
        }
        catch (FormatException)
        {
            return $"{format} [{string.Join(", ", args)}]";
        }
    }

    public string Format(string format, IEnumerable<object> args) => Format(format, args.ToArray());
}

/// <summary>A template and its arguments; the text is made when a logger asks for it.</summary>
public abstract class LogMessage(ILogMessageFormatter formatter, string format)
{
    protected ILogMessageFormatter Formatter { get; } = formatter;

    public string Format { get; } = format;

    /// <summary>The arguments, in the order of the template.</summary>
    public abstract IEnumerable<object> Parameters();
}

internal sealed class LogMessageWithArguments(ILogMessageFormatter formatter, string format, object[] arguments) : LogMessage(formatter, format)
{
    public override IEnumerable<object> Parameters() => arguments;

    public override string ToString() => Formatter.Format(Format, arguments);
}
