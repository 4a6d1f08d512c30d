using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>A known-bad variant of the library: one text in one of its files is replaced.</summary>
/// <param name="Name">The defect of the variant.</param>
/// <param name="File">The path of the file in the library's folder.</param>
/// <param name="Original">The text to replace. It must occur exactly once, so that a variant cannot outlive the code it changes.</param>
/// <param name="Replacement">The new text.</param>
internal sealed record Mutant(string Name, string File, string Original, string Replacement)
{
    public override string ToString() => Name;
}

/// <summary>Compiles variants of the library in memory, loads them beside the real one and simulates each.</summary>
internal sealed class MutantLab
{
    private const string Library = "ActorHeartbeat";

    /// <summary>The usings and the attribute that the build adds to the sources of the library.</summary>
    private const string BuildAdds = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("ActorHeartbeat.Simulation.Tests")]
        """;

    private static readonly CSharpParseOptions Latest = new(LanguageVersion.Latest);

    private readonly string _root = Path.Combine(RepositoryRoot(), "src", Library);
    private readonly Dictionary<string, SyntaxTree> _trees;
    private readonly CSharpCompilation _sound;

    public MutantLab()
    {
        _trees = Directory.EnumerateFiles(_root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_root, path).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .ToDictionary(file => file, file => Parse(File.ReadAllText(Path.Combine(_root, file))));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path =>
                Path.GetFileNameWithoutExtension(path) is not (Library or "ActorHeartbeat.TestKit" or "ActorHeartbeat.Simulation.Tests"))
            .Select(path => MetadataReference.CreateFromFile(path));
        _sound = CSharpCompilation.Create(
            Library,
            [.. _trees.Values, Parse(BuildAdds)],
            references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>Returns a function that simulates the variant for a seed and a time: the broken invariant, or null.</summary>
    public Func<int, TimeSpan, string?> Build(Mutant mutant)
    {
        var tree = _trees[mutant.File];
        var text = tree.ToString();
        var place = text.IndexOf(mutant.Original, StringComparison.Ordinal);
        if (place < 0 || text.IndexOf(mutant.Original, place + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidOperationException($"{mutant.File} does not have this exactly once: {mutant.Original}");
        var spoilt = text.Remove(place, mutant.Original.Length).Insert(place, mutant.Replacement);
        return Load(_sound.ReplaceSyntaxTree(tree, Parse(spoilt)));
    }

    private static Func<int, TimeSpan, string?> Load(CSharpCompilation compilation)
    {
        var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success)
            throw new InvalidOperationException(
                string.Join(Environment.NewLine, result.Diagnostics.Where(problem => problem.Severity == DiagnosticSeverity.Error).Take(10))
            );
        image.Position = 0;
        var beside = new Beside(image);
        var world = beside.LoadFromAssemblyPath(typeof(World).Assembly.Location).GetType(typeof(World).FullName!)!;
        var probe = world.GetMethod(nameof(World.Probe))!.CreateDelegate<Func<int, TimeSpan, string?>>();
        return (seed, chaos) =>
        {
            var broken = probe(seed, chaos);
            GC.KeepAlive(beside); // a context without references unloads itself, and later loads into it fail
            return broken;
        };
    }

    private static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, Latest);

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
                return folder.FullName;
        }
        throw new InvalidOperationException("the sources of the library are not here");
    }

    /// <summary>Loads the library and every assembly that uses its types a second time; all other assemblies are shared.</summary>
    private sealed class Beside(Stream library) : AssemblyLoadContext(isCollectible: true)
    {
        private Assembly? _library;

        protected override Assembly? Load(AssemblyName name) => name.Name switch
        {
            Library => _library ??= LoadFromStream(library),
            "ActorHeartbeat.TestKit" => LoadFromAssemblyPath(typeof(TestKit.ScriptedNetwork).Assembly.Location),
            _ => null,
        };
    }
}
