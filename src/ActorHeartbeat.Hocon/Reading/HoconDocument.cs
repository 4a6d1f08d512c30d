using ActorHeartbeat.Hocon.Parsing;
using ActorHeartbeat.Hocon.Resolving;
using ActorHeartbeat.Hocon.Text;

namespace ActorHeartbeat.Hocon.Reading;

/// <summary>One or more texts, parsed but not resolved, so that more layers can be put below.</summary>
public sealed class HoconDocument
{
    private readonly HoconOptions _options;
    private readonly ErrorList _errors;
    private readonly Node? _root;
    private readonly IReadOnlyList<HoconFile> _files;

    private HoconDocument(HoconOptions options, ErrorList errors, Node? root, IReadOnlyList<HoconFile> files) =>
        (_options, _errors, _root, _files) = (options, errors, root, files);

    /// <summary>
    /// Parses a text that is in no file. A relative include is relative to the directory in its name, or else to the working directory.
    /// </summary>
    /// <param name="text">HOCON or JSON.</param>
    /// <param name="name">Its name in origins and errors.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    public static HoconDocument Parse(string text, string name = "text", HoconOptions? options = null) =>
        Read(options, includer => includer.ReadText(name, text));

    /// <summary>Parses a file and its includes. A missing file is an error in the result.</summary>
    public static HoconDocument ParseFile(string path, HoconOptions? options = null) => Read(options, includer => includer.ReadRoot(path));

    /// <summary>Parses and resolves a text.</summary>
    public static HoconResult Load(string text, string name = "text", HoconOptions? options = null) => Parse(text, name, options).Resolve();

    /// <summary>Parses and resolves a file.</summary>
    public static HoconResult LoadFile(string path, HoconOptions? options = null) => ParseFile(path, options).Resolve();

    /// <summary>
    /// Puts another document below this one: values of this document win, objects merge, and
    /// substitutions of both see the merged whole. Neither document can be used afterwards.
    /// </summary>
    public HoconDocument Over(HoconDocument below)
    {
        var errors = new ErrorList(_options.Limits.Errors);
        foreach (var error in below._errors.Errors.Concat(_errors.Errors))
            errors.Add(error);
        if (_root is not ObjectNode above || below._root is not ObjectNode fields)
            return new HoconDocument(_options, errors, _root ?? below._root, [.. below._files, .. _files]);
        fields.Absorb(above);
        return new HoconDocument(_options, errors, fields, [.. below._files, .. _files]);
    }

    /// <summary>Resolves the substitutions. The value is present only when there is no error at all.</summary>
    public HoconResult Resolve()
    {
        HoconValue? value = null;
        var errors = new ErrorList(_options.Limits.Errors);
        foreach (var error in _errors.Errors)
            errors.Add(error);
        if (_root is not null)
            value = Resolver.Resolve(_root, errors, _options);
        return new HoconResult(errors.Any ? null : value, [.. errors.Errors], _files);
    }

    private static HoconDocument Read(HoconOptions? options, Func<Includer, Node?> read)
    {
        options ??= new HoconOptions();
        var errors = new ErrorList(options.Limits.Errors);
        var includer = new Includer(options, errors);
        var root = read(includer);
        return new HoconDocument(options, errors, root, includer.Files);
    }
}
