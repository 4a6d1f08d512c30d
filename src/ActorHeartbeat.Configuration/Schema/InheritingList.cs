using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The word that stands in a list for the elements of the layer below.</summary>
internal static class Inherited
{
    public const string Word = "inherited";

    /// <summary>The elements that a layer writes itself, each with its index in the list that the layers make together.</summary>
    /// <param name="list">The list as it is written.</param>
    /// <param name="count">The number of elements of all layers together.</param>
    public static IEnumerable<(int Index, Cursor At)> Around(Cursor list, int count)
    {
        var elements = IdleKeys.Elements(list).ToArray();
        var word = Array.FindIndex(elements, IsWord);
        for (var index = 0; index < elements.Length; index++)
        {
            if (index != word)
                yield return (word < 0 || index < word ? index : count - elements.Length + index, elements[index]);
        }
    }

    public static bool IsIn(Cursor list) => IdleKeys.Elements(list).Any(IsWord);

    private static bool IsWord(Cursor element) => element.Text == Word;
}

/// <summary>A list that replaces that of a lower layer, whose elements the word <c>inherited</c> stands for.</summary>
/// <param name="element">Reads an element.</param>
/// <param name="marker">An object that no element is: it holds the place of the word until the layers are put together.</param>
internal sealed class InheritingList<T>(ValueReader<T> element, T marker) : ValueReader<ValueList<T>>
    where T : class
{
    private readonly ListOf<T> _list = new(new OrInherited(element, marker));

    public override string Expected => _list.Expected;

    public override bool MayHoldSecret => element.MayHoldSecret;

    /// <summary>Whether the elements of one layer fit together; what is wrong is reported.</summary>
    public Func<Cursor, ValueList<T>, bool>? AreSound { get; init; }

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueList<T> value) =>
        _list.TryRead(at, out value)
        && (value.Count(IsMarker) < 2
            || at.Report($"{Inherited.Word} stands for the whole list of the layer below; it can stand here once"))
        && AreSound?.Invoke(at, value) != false;

    public override ValueList<T> Over(ValueList<T> higher, ValueList<T> lower) =>
        higher.Any(IsMarker) ? [.. higher.SelectMany(one => IsMarker(one) ? lower : [one])] : higher;

    public override void Write(Utf8JsonWriter json, ValueList<T> value, bool asWritten) => _list.Write(json, value, asWritten);

    private bool IsMarker(T one) => ReferenceEquals(one, marker);

    private sealed class OrInherited(ValueReader<T> element, T marker) : ValueReader<T>
    {
        public override string Expected => $"{element.Expected}, or {Inherited.Word}";

        public override bool MayHoldSecret => element.MayHoldSecret;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
        {
            value = marker;
            return at.Text == Inherited.Word || element.TryRead(at with { Expected = at.Expected ?? Expected }, out value);
        }

        public override void Write(Utf8JsonWriter json, T value, bool asWritten) => element.Write(json, value, asWritten);
    }
}

/// <summary>An element of a list that has no word for the layer below: as a message the word would be sent.</summary>
internal sealed class NotInherited<T>(ValueReader<T> element) : ValueReader<T>
    where T : class
{
    private const string Remedy =
        $"{Inherited.Word} stands in prepare, on-open, on-message and outcomes.rules; here write out the list of the layer below";

    public override string Expected => element.Expected;

    public override bool MayHoldSecret => element.MayHoldSecret;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
    {
        value = null;
        return at.Text == Inherited.Word
            ? at.Report(Remedy)
            : element.TryRead(at, out value);
    }

    public override void Write(Utf8JsonWriter json, T value, bool asWritten) => element.Write(json, value, asWritten);
}
