using System.Globalization;
using System.Text;

namespace ActorHeartbeat.Hostile.Tests;

/// <summary>A configuration that costs more than it looks.</summary>
/// <param name="What">What it is, in a few words.</param>
/// <param name="IsRefused">Whether it must be refused; otherwise it is unusual but right.</param>
/// <param name="Write">Writes it to a path, with the text of a right configuration in it where it must be right.</param>
public sealed record HostileFile(string What, bool IsRefused, Action<string, string> Write)
{
    /// <summary>Whether it is one of a kind: <c>check</c>, which starts a process for each, takes only these.</summary>
    public bool IsChecked { get; init; }

    public string Expected => IsRefused ? "refused" : "taken";

    /// <summary>Removes what was written, whatever it is.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(path) && !new FileInfo(path).Attributes.HasFlag(FileAttributes.ReparsePoint))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
        foreach (var part in Directory.GetFiles(Path.GetDirectoryName(path)!, "part*")) // not null: the path has a directory
            File.Delete(part);
    }
}

/// <summary>The hostile files.</summary>
public static class HostileFiles
{
    private const int Levels = 40;

    public static IReadOnlyList<HostileFile> All { get; } =
    [
        Refused("a dotted key 200,000 deep", () => $"akka{string.Concat(Enumerable.Repeat(".a", 200_000))} = 1") with { IsChecked = true },
        Refused("objects 100,000 deep", () => string.Concat(Enumerable.Repeat("a{", 100_000)) + new string('}', 100_000)) with
        {
            IsChecked = true,
        },
        Refused("lists 100,000 deep", () => "a = " + new string('[', 100_000) + new string(']', 100_000)),
        Refused("a text that doubles 40 times", () => Doubling("x", level => $"${{a{level}}}${{a{level}}}")) with { IsChecked = true },
        Refused("an object that doubles 40 times", () => Doubling("{x = 1}", level => $"{{l = ${{a{level}}}, r = ${{a{level}}}}}")),
        Refused("dotted keys of 400 in objects of 400", () =>
            string.Concat(Enumerable.Repeat($"a{string.Concat(Enumerable.Repeat(".a", 40))} {{", 400)) + new string('}', 400)),
        Refused("substitutions that refer to each other", () =>
            Numbered(3000, number => $"r{number} = ${{r{(number + 1) % 3000}}} ${{r{number * 7 % 3000}}}")),
        new("an include of itself", true, (path, _) => File.WriteAllText(path, "include \"service.conf\"")) { IsChecked = true },
        new("5,000 includes of one file", false, (path, good) =>
        {
            File.WriteAllText(Part(path, 0), "part { a = 1 }");
            File.WriteAllText(path, string.Concat(Enumerable.Repeat("other { include \"part0.conf\" }\n", 5000)) + good);
        }) { IsChecked = true },
        new("20,000 includes of one file", true, (path, _) =>
        {
            File.WriteAllText(Part(path, 0), "a = 1");
            File.WriteAllText(path, string.Concat(Enumerable.Repeat("include \"part0.conf\"\n", 20_000)));
        }),
        new("a chain of 300 includes", true, (path, _) =>
        {
            File.WriteAllText(path, "include \"part0.conf\"");
            for (var number = 0; number < 300; number++)
                File.WriteAllText(Part(path, number), $"include \"part{number + 1}.conf\"\na{number} = 1");
        }),
        new("each file includes the next ten times, 10 deep", true, (path, _) =>
        {
            File.WriteAllText(path, "include \"part0.conf\"");
            for (var number = 0; number < 10; number++)
                File.WriteAllText(
                    Part(path, number), string.Concat(Enumerable.Repeat($"include \"part{number + 1}.conf\"\n", 10)) + $"a{number} = 1");
        }),
        Refused("a line of 50 MB", () => "a = " + new string('x', 50_000_000)) with { IsChecked = true },
        Refused("5 MB of brackets", () => new string('{', 5_000_000)),
        Refused("2 MB of quotes", () => new string('"', 2_000_000)),
        Refused("a million wrong keys", () => Numbered(1_000_000, number => $"actor-heartbeat.k{number}=1")),
        Refused("30,000 errors of values", () => Numbered(30_000, number => $"actor-heartbeat.endpoints.e{number}.url=x")) with
        {
            IsChecked = true,
        },
        Refused("a key of 2 MB", () => $"actor-heartbeat.{new string('k', 2_000_000)} = 1"),
        Refused("20 endpoints with names of 100 KB", () =>
            Numbered(20, number => $"actor-heartbeat.endpoints.\"e{number}{new string('y', 100_000)}\".url = x")),
        new("bytes that are not UTF-8", true, (path, _) => File.WriteAllBytes(path, [.. "a = \""u8, 0xC3, 0x28, 0xFF])),
        new("a directory in its place", true, (path, _) =>
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }),
        new("a link to itself in its place", true, (path, _) =>
        {
            File.Delete(path);
            File.CreateSymbolicLink(path, path);
        }),
        new("a link to /dev/zero in its place", true, (path, _) =>
        {
            File.Delete(path);
            File.CreateSymbolicLink(path, "/dev/zero");
        }),
        new("a named pipe in its place", true, (path, _) =>
        {
            File.Delete(path);
            Scenes.Fifo.Make(path);
        }),
    ];

    private static HostileFile Refused(string what, Func<string> text) =>
        new(what, true, (path, _) => File.WriteAllText(path, text(), new UTF8Encoding(false)));

    private static string Numbered(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(0, count).Select(line));

    private static string Doubling(string first, Func<int, string> next) =>
        $"a0 = {first}\n{Numbered(Levels, level => string.Create(CultureInfo.InvariantCulture, $"a{level + 1} = {next(level)}"))}";

    private static string Part(string path, int number) =>
        Path.Combine(Path.GetDirectoryName(path)!, $"part{number}.conf"); // not null: the path has a directory
}
