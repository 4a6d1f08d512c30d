using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ActorHeartbeat.Templates;

/// <summary>The functions that a host adds to the template language, by name. Immutable.</summary>
internal sealed class HostFunctions
{
    public static readonly HostFunctions None = new(ImmutableSortedDictionary.Create<string, TemplateFunction>(StringComparer.Ordinal));

    private static readonly Regex Word = new(@"\A[a-z][a-z0-9\-]*\z", RegexOptions.NonBacktracking);

    private readonly ImmutableSortedDictionary<string, TemplateFunction> _byName;

    private HostFunctions(ImmutableSortedDictionary<string, TemplateFunction> byName) => _byName = byName;

    /// <summary>The names of all functions, built in or not.</summary>
    public IEnumerable<string> AllNames => TemplateFunctions.Names.Append("now").Concat(_byName.Keys);

    /// <summary>Why a name is none that a host gives, in one line; null when it is one. The built-in ones are not looked at.</summary>
    public static string? RejectName(string name) =>
        Word.IsMatch(name) ? null : "a name is a small letter and then small letters, digits and -";

    /// <summary>Null when there is none of this name.</summary>
    public TemplateFunction? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Why a function cannot be called, in one line; null when it can.</summary>
    public string? Reject(string name, int arguments) =>
        Find(name) is not { } function ? $"unknown function {name}; known: {string.Join(", ", AllNames)}"
        : arguments == function.Least ? null
        : $"{name} takes {function.Arity}, not {arguments}";

    public HostFunctions With(TemplateFunction function) => new(_byName.Add(function.Name, function));
}
