namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The path of a key in the tree, as a chain. Most paths are never printed, so the text is built on demand.</summary>
internal sealed record KeyPath(KeyPath? Parent, string Name)
{
    public static readonly KeyPath Root = new(null, "");

    public KeyPath Then(string name) => new(this, name);

    /// <summary>The path as an operator would write it, quoted where needed, without the leading <c>actor-heartbeat</c>.</summary>
    public override string ToString()
    {
        if (Parent is null)
            return "";
        var above = Parent.ToString();
        return above.Length == 0 || IsElement ? above + Spelled(Name) : $"{above}.{Spelled(Name)}";
    }

    /// <summary>The names from the root on.</summary>
    public IReadOnlyList<string> Names => Parent is null ? [] : [.. Parent.Names, Name];

    /// <summary>Whether it is the path of an element of a list.</summary>
    public bool IsElement => Name.StartsWith('[');

    /// <summary>The path of an element of a list.</summary>
    public KeyPath Element(int index) => new(this, index == 0 ? "[0]" : $"[{index}]"); // most lists have one element

    private static string Spelled(string name) =>
        name.Length > 0 && (name[0] == '[' || name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            ? name
            : $"\"{name}\"";
}
