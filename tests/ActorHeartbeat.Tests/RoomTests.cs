using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Tests;

/// <summary>
/// The folders of a project are its rooms. A namespace has the name of its folder. The arrows between
/// rooms, computed from the types that each file names, have no cycle. The root of a project is a room too.
/// </summary>
public sealed partial class RoomTests
{
    /// <summary>A project with one namespace for all folders: its users name most of its types in every test.</summary>
    private const string OneNamespace = "ActorHeartbeat.TestKit";

    public static TheoryData<string> Projects =>
        [.. Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_namespace_is_named_like_its_folder(string project)
    {
        var wrong = Files(project)
            .Where(file => file.Namespace.Length > 0 && file.Namespace != Expected(project, file.Room))
            .Select(file => $"{file.Path}: {file.Namespace}");

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_rooms_of_a_project_have_no_cycle(string project)
    {
        var arrows = Arrows(Files(project));

        Assert.Empty(InCycles(arrows).Select(arrow => $"{arrow.From} -> {arrow.To}: {arrow.Why}"));
    }

    /// <summary>The analyzers limit methods to 50 lines but do not limit columns.</summary>
    [Fact]
    public void No_line_is_longer_than_140_columns()
    {
        var tooLong =
            from top in (string[])["src", "tests"]
            from path in Directory.EnumerateFiles(Path.Combine(Source, "..", top), "*.cs", SearchOption.AllDirectories)
            where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
            from line in File.ReadLines(path).Select((text, index) => (Text: text, Number: index + 1))
            where line.Text.Length > 140
            select $"{Path.GetFullPath(path)}:{line.Number}";

        Assert.Empty(tooLong);
    }

    [Fact]
    public void A_cycle_is_found()
    {
        Arrow[] arrows = [new("a", "b", ""), new("b", "c", ""), new("c", "b", ""), new("c", "d", "")];

        Assert.Equal([arrows[1], arrows[2]], InCycles(arrows));
    }

    private static string Source { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../src"));

    private static string Here([CallerFilePath] string here = "") => here;

    private static string Expected(string project, string room) =>
        room.Length == 0 || project == OneNamespace ? project : $"{project}.{room}";

    private static SourceFile[] Files(string project)
    {
        var root = Path.Combine(Source, project);
        return
        [
            .. Directory
                .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(path =>
                    (
                        Path: path,
                        Room: (Path.GetDirectoryName(Path.GetRelativePath(root, path)) ?? "").Replace(Path.DirectorySeparatorChar, '.')))
                .Where(file => file.Room.Split('.')[0] is not ("bin" or "obj"))
                .Select(file => SourceFile.Read(file.Path, file.Room)),
        ];
    }

    // When two rooms have a type of the same name, a file means the type that it sees: in its own room, in a room it uses, or in the root.
    private static List<Arrow> Arrows(SourceFile[] files)
    {
        var homes = files.SelectMany(file => file.Types.Select(type => (type, file.Room, file.Namespace))).Distinct()
            .ToLookup(home => home.type, StringComparer.Ordinal);
        var arrows = new Dictionary<(string, string), Arrow>();
        foreach (var file in files)
        {
            foreach (var name in file.Names.Where(name => !homes[name].Any(home => home.Room == file.Room)))
            {
                foreach (var home in homes[name].Where(home => file.Sees(home.Namespace)))
                    arrows.TryAdd((file.Room, home.Room), new Arrow(file.Room, home.Room, $"{Path.GetFileName(file.Path)} names {name}"));
            }
        }
        return [.. arrows.Values];
    }

    private static IEnumerable<Arrow> InCycles(IReadOnlyCollection<Arrow> arrows)
    {
        var next = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To, StringComparer.Ordinal);
        return arrows.Where(arrow => Reached(arrow.To).Contains(arrow.From));

        HashSet<string> Reached(string from)
        {
            var reached = new HashSet<string>(StringComparer.Ordinal) { from };
            var open = new Queue<string>(reached);
            while (open.TryDequeue(out var room))
            {
                foreach (var to in next[room].Where(reached.Add))
                    open.Enqueue(to);
            }
            return reached;
        }
    }

    private sealed record Arrow(string From, string To, string Why);

    private sealed partial record SourceFile(
        string Path, string Room, string Namespace, HashSet<string> Types, HashSet<string> Names, string[] Usings)
    {
        public static SourceFile Read(string path, string room)
        {
            var text = File.ReadAllText(path);
            var code = NoCode().Replace(text, " ");
            return new SourceFile(
                path,
                room,
                NamespaceLine().Match(text).Groups["name"].Value,
                [.. Declaration().Matches(text).Select(match => match.Groups["name"].Value)],
                [.. Name().Matches(code).Select(match => match.Value)],
                [.. Using().Matches(text).Select(match => match.Groups["name"].Value)]);
        }

        public bool Sees(string @namespace) =>
            Namespace == @namespace || Namespace.StartsWith($"{@namespace}.", StringComparison.Ordinal) || Usings.Contains(@namespace);

        // Matches using and namespace lines, comments, and strings without holes: names in them do not use a type.
        [GeneratedRegex(@"^(?:using|namespace) .*$|//.*$|(?<!\$)""(?:[^""\\\n]|\\.)*""", RegexOptions.Multiline)]
        private static partial Regex NoCode();

        [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
        private static partial Regex NamespaceLine();

        [GeneratedRegex(@"^using (?:static )?(?<name>[\w.]+);", RegexOptions.Multiline)]
        private static partial Regex Using();

        [GeneratedRegex(
            @"^(?:public|internal)(?: (?:static|sealed|abstract|partial|readonly))* "
            + @"(?:record struct|class|record|enum|interface|struct) (?<name>\w+)",
            RegexOptions.Multiline)]
        private static partial Regex Declaration();

        [GeneratedRegex(@"\b[A-Z]\w*\b")]
        private static partial Regex Name();
    }
}
