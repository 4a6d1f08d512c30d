namespace Akka.Actor;

/// <summary>Which system a path belongs to.</summary>
public sealed record Address
{
    public Address(string protocol, string system)
    {
        Protocol = protocol;
        System = system;
    }

    public string Protocol { get; }

    public string System { get; }

    public override string ToString() => $"{Protocol}://{System}";
}

/// <summary>
/// The name of an actor: <c>akka://system/user/parent/child</c>. Paths compare by address and elements; the number of the
/// incarnation, <see cref="Uid"/>, is carried along and compared by references only.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    /// <summary>What may stand in an element besides letters and digits.</summary>
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private string _text;

    protected ActorPath(Address address, string name)
    {
        Address = address;
        Name = name;
    }

    protected ActorPath(ActorPath parentPath, string name, long uid)
    {
        Address = parentPath.Address;
        Name = name;
        Uid = uid;
    }

    public string Name { get; }

    public Address Address { get; }

    /// <summary>Number of the incarnation; 0 when the path names a place and not an incarnation.</summary>
    public long Uid { get; }

    /// <summary>The enclosing path; a root is its own parent.</summary>
    public abstract ActorPath Parent { get; }

    public abstract ActorPath Root { get; }

    /// <summary>Number of elements below the root.</summary>
    public abstract int Depth { get; }

    /// <summary>Element names from the root down, without the root.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new string[Depth];
            var path = this;
            for (var index = elements.Length - 1; index >= 0; index--, path = path.Parent)
                elements[index] = path.Name;
            return elements;
        }
    }

    public static ActorPath operator /(ActorPath path, string name) => path.Child(name);

    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) => name.Aggregate(path, (parent, element) => parent.Child(element));

    public static bool operator ==(ActorPath left, ActorPath right) => Equals(left, right);

    public static bool operator !=(ActorPath left, ActorPath right) => !Equals(left, right);

    public ActorPath Child(string childName) => new ChildActorPath(this, childName, 0);

    public abstract ActorPath WithUid(long uid);

    /// <summary>True when <paramref name="s"/> may name an actor: not empty, letters, digits and <see cref="ValidSymbols"/>, not starting with '$'.</summary>
    public static bool IsValidPathElement(string s) => !string.IsNullOrEmpty(s) && s[0] != '$' && s.All(IsValidSymbol);

    /// <exception cref="UriFormatException">The text is not <c>akka://system/element/...</c>.</exception>
    public static ActorPath Parse(string path) =>
        TryParse(path, out var parsed) ? parsed : throw new UriFormatException($"Can not parse an ActorPath: {path}");

    public static bool TryParse(string path, out ActorPath actorPath)
    {
        actorPath = null;
        if (path is null || path.IndexOf("://", StringComparison.Ordinal) is not (> 0 and var scheme))
            return false;
        var elements = path[(scheme + 3)..].Split('/');
        if (elements[0].Length == 0)
            return false;
        actorPath = new RootActorPath(new Address(path[..scheme], elements[0])) / elements.Skip(1).Where(element => element.Length > 0);
        return true;
    }

    public string ToStringWithoutAddress() => "/" + string.Join('/', Elements);

    public string ToStringWithAddress() => ToString();

    public string ToStringWithUid() => Uid == 0 ? ToString() : $"{this}#{Uid}";

    public string ToSerializationFormat() => ToStringWithUid();

    public override string ToString() => _text ??= Address + ToStringWithoutAddress();

    public bool Equals(ActorPath other)
    {
        var left = this;
        while (!ReferenceEquals(left, other))
        {
            if (other is null || left.Depth != other.Depth || left.Name != other.Name)
                return false;
            if (left.Depth == 0)
                return left.Address.Equals(other.Address);
            left = left.Parent;
            other = other.Parent;
        }

        return true;
    }

    public override bool Equals(object obj) => Equals(obj as ActorPath);

    public override int GetHashCode() => HashCode.Combine(Depth, Name);

    public int CompareTo(ActorPath other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    private static bool IsValidSymbol(char symbol) => char.IsAsciiLetterOrDigit(symbol) || ValidSymbols.Contains(symbol) || symbol == '%';
}

internal sealed class RootActorPath(Address address, string name = "/") : ActorPath(address, name)
{
    public override ActorPath Parent => this;

    public override ActorPath Root => this;

    public override int Depth => 0;

    public override ActorPath WithUid(long uid) => this;
}

internal sealed class ChildActorPath : ActorPath
{
    public ChildActorPath(ActorPath parent, string name, long uid) : base(parent, name, uid)
    {
        Parent = parent;
        Depth = parent.Depth + 1;
    }

    public override ActorPath Parent { get; }

    public override ActorPath Root => Parent.Root;

    public override int Depth { get; }

    public override ActorPath WithUid(long uid) => new ChildActorPath(Parent, Name, uid);
}
