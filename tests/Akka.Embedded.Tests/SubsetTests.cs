using System.Reflection;

namespace Akka.Embedded.Tests;

/// <summary>SUBSET.md lists every public type with its members; the assemblies must have those and no others.</summary>
public sealed class SubsetTests
{
    [Theory]
    [InlineData("Akka.Embedded")]
    [InlineData("Akka.Embedded.TestKit")]
    public void The_list_in_SUBSET_names_what_the_assembly_has_and_nothing_else(string assembly)
    {
        var listed = Section(assembly);

        var actual = Assembly.Load(assembly).GetExportedTypes().Select(Line).Order(StringComparer.Ordinal).ToArray();

        var difference = listed.Except(actual).Select(line => $"listed and not there: {line}")
            .Concat(actual.Except(listed).Select(line => $"there and not listed: {line}")).ToArray();
        Assert.True(difference.Length == 0, string.Join(Environment.NewLine, difference));
    }

    private static string[] Section(string assembly)
    {
        using var stream = typeof(SubsetTests).Assembly.GetManifestResourceStream("SUBSET.md")!;
        return new StreamReader(stream).ReadToEnd().Split('\n')
            .SkipWhile(line => line != $"### {assembly}").Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("- ", StringComparison.Ordinal)).ToArray();
    }

    private static string Line(Type type)
    {
        IEnumerable<string> members = type.IsEnum ? Enum.GetNames(type)
            : typeof(Delegate).IsAssignableFrom(type) ? []
            : Members(type).Distinct().Order(StringComparer.Ordinal);
        var list = string.Join(", ", members);
        return list.Length == 0 ? $"- {Name(type)}" : $"- {Name(type)}: {list}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        string[] everywhere = ["ToString", "Equals", "GetHashCode", "CompareTo", "Deconstruct", "PrintMembers", "EqualityContract", "<Clone>$"];
        foreach (var member in type.GetMembers(All))
        {
            var isVisible = member switch
            {
                MethodBase method => Visible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal) || (method.IsConstructor && !method.IsStatic)),
                PropertyInfo property => property.GetAccessors(nonPublic: true).Any(Visible),
                FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
                EventInfo raised => raised.AddMethod is { } add && Visible(add),
                _ => false,
            };
            if (isVisible && !everywhere.Contains(member.Name))
                yield return member.Name == ".ctor" ? "new" : member.Name;
        }
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Name(Type type)
    {
        var name = type.DeclaringType is { } outer ? $"{Name(outer)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        return string.Join('.', name.Split('.').Select(part => part.Split('`')[0]));
    }
}
