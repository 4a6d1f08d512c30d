using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>
/// Follows several pointers in one walk over a JSON text, without a document and without allocation. It finds what
/// <see cref="JsonPointer.Find"/> finds: of members with the same name the last counts, so it walks to the end. Immutable.
/// </summary>
internal sealed class JsonWalk
{
    /// <summary>The reader goes no deeper; a longer pointer leads into a string.</summary>
    private const int MostNames = 64;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Node? _root; // null where only a document can follow the pointers

    public JsonWalk(IReadOnlyList<JsonPointer> pointers)
    {
        if (pointers.Any(pointer => pointer.Names.Length > MostNames))
            return;
        var root = new Node("", [.. pointers.Select((pointer, slot) => (pointer.Names, slot))], depth: 0);
        _root = root.IsPlain ? root : null;
    }

    /// <summary>Finds the places of the pointers in the value with which a text begins.</summary>
    /// <param name="json">The text.</param>
    /// <param name="places">One for each pointer, in their order; they are empty before.</param>
    /// <returns>Whether it could; a document can where an escape may spell one of the names, and where a pointer is a rare one.</returns>
    /// <exception cref="JsonException">The value is not JSON, or is nested too deep.</exception>
    public bool TryFind(ReadOnlySpan<byte> json, Span<JsonPlace> places)
    {
        if (_root is null)
            return false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return TryVisit(ref reader, _root, places);
    }

    private static bool TryVisit(ref Utf8JsonReader reader, Node node, Span<JsonPlace> places)
    {
        var place = JsonPlace.Of(reader);
        foreach (var slot in node.Own)
            places[slot] = place;
        if (node.Below.Length == 0)
        {
            reader.Skip();
            return true;
        }
        // A member of the same name may have been here before.
        foreach (var slot in node.Below)
            places[slot] = reader.TokenType == JsonTokenType.String ? JsonPlace.InString : default;
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => TryVisitMembers(ref reader, node, places),
            JsonTokenType.StartArray => TryVisitElements(ref reader, node, places),
            _ => true,
        };
    }

    private static bool TryVisitMembers(ref Utf8JsonReader reader, Node node, Span<JsonPlace> places)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped)
                return false;
            var child = node.Find(reader.ValueSpan);
            reader.Read();
            if (child is null)
                reader.Skip();
            else if (!TryVisit(ref reader, child, places))
                return false;
        }
        return true;
    }

    private static bool TryVisitElements(ref Utf8JsonReader reader, Node node, Span<JsonPlace> places)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (node.Find(index) is not { } child)
                reader.Skip();
            else if (!TryVisit(ref reader, child, places))
                return false;
        }
        return true;
    }

    /// <summary>A name, and the pointers that end at it or go on behind it.</summary>
    private sealed class Node
    {
        private readonly byte[] _name = [];
        private readonly int _index;
        private readonly Node[] _children;

        public Node(string name, (string[] Names, int Slot)[] pointers, int depth)
        {
            (_index, IsPlain) = (int.TryParse(name, CultureInfo.CurrentCulture, out var index) && index >= 0 ? index : -1, true);
            try
            {
                _name = Strict.GetBytes(name);
            }
            catch (EncoderFallbackException)
            {
                IsPlain = false; // half a surrogate pair
            }
            Own = [.. pointers.Where(pointer => pointer.Names.Length == depth).Select(pointer => pointer.Slot)];
            Below = [.. pointers.Where(pointer => pointer.Names.Length > depth).Select(pointer => pointer.Slot)];
            _children =
            [
                .. pointers.Where(pointer => pointer.Names.Length > depth)
                    .GroupBy(pointer => pointer.Names[depth], StringComparer.Ordinal)
                    .Select(group => new Node(group.Key, [.. group], depth + 1)),
            ];
            var indices = _children.Select(child => child._index).Where(each => each >= 0).ToArray();
            IsPlain &= indices.Distinct().Count() == indices.Length && Array.TrueForAll(_children, child => child.IsPlain);
        }

        /// <summary>Whether every element and every member is at most one of its names, here and below.</summary>
        public bool IsPlain { get; }

        /// <summary>The pointers that end here.</summary>
        public int[] Own { get; }

        /// <summary>The pointers that go on.</summary>
        public int[] Below { get; }

        public Node? Find(ReadOnlySpan<byte> name)
        {
            foreach (var child in _children)
            {
                if (name.SequenceEqual(child._name))
                    return child;
            }
            return null;
        }

        public Node? Find(int index)
        {
            foreach (var child in _children)
            {
                if (child._index == index)
                    return child;
            }
            return null;
        }
    }
}
