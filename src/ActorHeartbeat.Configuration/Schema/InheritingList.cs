using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>A list that replaces that of a lower layer, whose elements the word <c>inherited</c> stands for.</summary>
/// <param name="element">Reads an element.</param>
/// <param name="marker">An object that no element is: it holds the place of the word until the layers are put together.</param>
internal sealed class InheritingList<T>(ValueReader<T> element, T marker) : ValueReader<ValueList<T>>
    where T : class
{
    private const string Inherited = "inherited";

    private readonly ListOf<T> _list = new(new OrInherited(element, marker));

    public override string Expected => _list.Expected;

    public override bool MayHoldSecret => element.MayHoldSecret;

    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueList<T> value) =>
        _list.TryRead(at, out value)
        && (value.Count(IsMarker) < 2 || at.Report($"{Inherited} stands for the whole list of the layer below; it can stand here once"));

    public override ValueList<T> Over(ValueList<T> higher, ValueList<T> lower) =>
        higher.Any(IsMarker) ? [.. higher.SelectMany(one => IsMarker(one) ? lower : [one])] : higher;

    public override void Write(Utf8JsonWriter json, ValueList<T> value, bool asWritten) => _list.Write(json, value, asWritten);

    private bool IsMarker(T one) => ReferenceEquals(one, marker);

    private sealed class OrInherited(ValueReader<T> element, T marker) : ValueReader<T>
    {
        public override string Expected => $"{element.Expected}, or {Inherited}";

        public override bool MayHoldSecret => element.MayHoldSecret;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out T value)
        {
            value = marker;
            return at.Text == Inherited || element.TryRead(at with { Expected = at.Expected ?? Expected }, out value);
        }

        public override void Write(Utf8JsonWriter json, T value, bool asWritten) => element.Write(json, value, asWritten);
    }
}
