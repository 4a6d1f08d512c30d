namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Where a key stands in the tree, as a chain: most are never printed, so the text is only made when asked for.</summary>
internal sealed record KeyPath(KeyPath? Parent, string Name)
{
    public static readonly KeyPath Root = new(null, "");

    public KeyPath Then(string name) => new(this, name);

    /// <summary>As an operator would write it, names that need it quoted, without the leading <c>actor-heartbeat</c>.</summary>
    public override string ToString()
    {
        if (Parent is null)
            return "";
        var above = Parent.ToString();
        return above.Length == 0 || Name.StartsWith('[') ? above + Spelled(Name) : $"{above}.{Spelled(Name)}";
    }

    /// <summary>Whether a key of this name leads to it.</summary>
    public bool IsBelow(string name) => Parent is { } parent && (parent.Name == name || parent.IsBelow(name));

    /// <summary>The path of an element of a list.</summary>
    public KeyPath Element(int index) => new(this, index == 0 ? "[0]" : $"[{index}]"); // most lists are of one

    private static string Spelled(string name) =>
        name.Length > 0 && (name[0] == '[' || name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            ? name
            : $"\"{name}\"";
}
