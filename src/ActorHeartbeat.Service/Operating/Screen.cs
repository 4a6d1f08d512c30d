using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorHeartbeat.Service.Operating;

/// <summary>Prints what is made for eyes: in the width of the terminal, and in colours where it has them.</summary>
internal static class Screen
{
    public static void Print(TextWriter output, Terminal terminal, IRenderable page) => output.Write(Text(terminal, page));

    /// <summary>The page as it is written, without blanks at the ends of lines.</summary>
    public static string Text(Terminal terminal, IRenderable page)
    {
        using var written = new StringWriter { NewLine = "\n" };
        Console(written, terminal, hasMovement: false).Write(page);
        var lines = written.ToString().TrimEnd('\n').Split('\n');
        return new StringBuilder().AppendJoin('\n', lines.Select(line => line.TrimEnd())).Append('\n').ToString();
    }

    /// <param name="hasMovement">Whether the page is drawn in place again and again.</param>
    public static IAnsiConsole Console(TextWriter output, Terminal terminal, bool hasMovement)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.HasColours || hasMovement ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.HasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = terminal.Size().Width;
        console.Profile.Height = Math.Min(terminal.Size().Height, short.MaxValue);
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
