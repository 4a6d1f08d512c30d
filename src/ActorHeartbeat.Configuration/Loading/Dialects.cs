using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hocon.Reading;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>The embedded dialects of services: templates that every configuration may name.</summary>
public static class Dialects
{
    internal const string Prefix = "dialect.";

    private const string Folder = "dialects/", Extension = ".conf";

    /// <summary>The names of all dialects as templates, such as <c>dialect.okx</c>, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Dialects).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => Prefix + name[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The HOCON text of a dialect; null when there is none of this name.</summary>
    /// <param name="name">Its name as a template.</param>
    public static string? Text(string name)
    {
        if (!Names.Contains(name, StringComparer.Ordinal))
            return null;
        using var stream = typeof(Dialects).Assembly.GetManifestResourceStream(File(name))!; // the names are those of the resources
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Reads a dialect as a layer; null when there is none of this name.</summary>
    /// <param name="name">Its name as a template.</param>
    /// <param name="sources">Receives the contradictions between the dialect and the endpoint that takes it.</param>
    internal static Layer<EndpointSettings>? Layer(string name, Sources sources)
    {
        if (Text(name) is not { } text)
            return null;
        var read = HoconDocument.Load(text, File(name));
        var root = read.Root ?? throw new InvalidOperationException($"{File(name)} is no configuration");
        var ours = new Cursor(root, KeyPath.Root, root.Origin, sources).Find(Binder.Ours);
        var at = (ours is { } section ? section with { Path = KeyPath.Root } : ours)?.Find("templates")?.Find(name)
            ?? throw new InvalidOperationException($"{File(name)} lacks the template {name}");
        return EndpointSchema.Shape.Read(at, $"template {name}") with { IsBuiltIn = true };
    }

    private static string File(string name) => Folder + name[Prefix.Length..] + Extension;
}
