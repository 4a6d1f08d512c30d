using System.Text;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>Reads a configuration from HOCON through layers into settings, and collects all its errors.</summary>
public static class ConfigurationLoader
{
    /// <summary>Reads a file and its includes. Never throws for the content of a file or for a missing file.</summary>
    /// <param name="path">The path as given: errors and origins name the file by it.</param>
    /// <param name="environment">Looks up an environment variable for a substitution. Default: the environment of the process.</param>
    /// <param name="inHand">Receives the name of each file before it is opened; null when the caller does not need it.</param>
    /// <param name="extensions">What the host adds to the language of the conversation. Default: the codec <c>mqtt</c>.</param>
    public static LoadResult Load(
        string path,
        Func<string, string?>? environment = null,
        FileInHand? inHand = null,
        ConversationExtensions? extensions = null)
    {
        var read = HoconDocument.LoadFile(path, Options(environment, inHand));
        return Bind(read, read.Files, extensions);
    }

    /// <summary>Reads a text that is in no file.</summary>
    /// <param name="text">HOCON or JSON.</param>
    /// <param name="name">Its name in errors and origins.</param>
    /// <param name="environment">Looks up an environment variable for a substitution. Default: the environment of the process.</param>
    /// <param name="extensions">What the host adds to the language of the conversation. Default: the codec <c>mqtt</c>.</param>
    public static LoadResult LoadText(
        string text,
        string name = "text",
        Func<string, string?>? environment = null,
        ConversationExtensions? extensions = null)
    {
        var read = HoconDocument.Load(text, name, Options(environment));
        return Bind(read, [new HoconFile(name, Encoding.UTF8.GetBytes(text)), .. read.Files], extensions);
    }

    /// <summary>Binds the text of reference.conf, which has no layer below it.</summary>
    internal static BoundConfiguration BindReference(string text, string name, Diagnostics diagnostics)
    {
        var read = HoconDocument.Load(text, name);
        return Root(read, new Sources(diagnostics, [])) is { } root
            ? new Binder(diagnostics, isReference: true).Bind(root)
            : throw new ConfigurationException(diagnostics.Sorted);
    }

    private static LoadResult Bind(HoconResult read, IReadOnlyList<HoconFile> asked, ConversationExtensions? extensions)
    {
        var files = new SourceFiles([.. asked.DistinctBy(file => file.Path).Select(file => SourceFile.Of(file.Path, file.Content))]);
        var diagnostics = new Diagnostics();
        var sources = new Sources(diagnostics, asked, extensions);
        if (Root(read, sources) is not { } root)
            return new LoadResult(null, sources.Errors, files);
        var bound = new Binder(diagnostics).Bind(root);
        return diagnostics.Count > 0
            ? new LoadResult(null, sources.Errors, files)
            : new LoadResult(
                new ServiceConfiguration(bound, IdleSearch.Warnings(bound, root.Sources), files), ConfigurationErrors.None, files);
    }

    // Bind values only when the text has no error: half a tree would produce false errors.
    private static Cursor? Root(HoconResult read, Sources sources)
    {
        foreach (var error in read.Errors)
            sources.Report(error);
        if (read.Value is { } list and not HoconObject)
            sources.Report(list.Origin, 1, "", "a configuration is an object, this is a list");
        sources.Root = read.Root;
        return read.Root is { } root && sources.Diagnostics.Count == 0 ? new Cursor(root, KeyPath.Root, root.Origin, sources) : null;
    }

    private static HoconOptions Options(Func<string, string?>? environment, FileInHand? inHand = null)
    {
        var options = environment is null ? new HoconOptions() : new HoconOptions { Environment = environment };
        return inHand is null ? options : options with { ReadFile = path => Read(path, options, inHand) };
    }

    private static byte[]? Read(string path, HoconOptions options, FileInHand inHand)
    {
        inHand.Path = path;
        return options.ReadFile(path);
    }
}
