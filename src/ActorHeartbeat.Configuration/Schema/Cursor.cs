using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Hocon;
using ActorHeartbeat.Hocon.Reading;
using ActorHeartbeat.Hocon.Writing;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>A value in the tree and the key that leads to it. Reports errors in either.</summary>
/// <param name="Value">The value.</param>
/// <param name="Path">The key path.</param>
/// <param name="KeyOrigin">The place of its key; for an element, of the element itself.</param>
/// <param name="Sources">Receives the errors, and finds the lines to show.</param>
internal readonly record struct Cursor(HoconValue Value, KeyPath Path, HoconOrigin KeyOrigin, Sources Sources)
{
    // A list of names beside a good guess need not be complete.
    private const int MostListed = 12;

    /// <summary>The text to expect for the whole value while the reader of a part reads it; null for the reader's own text.</summary>
    public string? Expected { get; init; }

    public Diagnostics Diagnostics => Sources.Diagnostics;

    public string Key => Path.Name;

    public string File => Value.Origin.Source;

    public int Line => Value.Origin.Line;

    public string Place => $"{File}:{Line}";

    public bool IsNull => Value is HoconNull;

    /// <summary>Whether it is an element of a list, which has no key of its own.</summary>
    public bool IsElement => Path.IsElement;

    /// <summary>The text of a string, number or boolean as written; null for anything else.</summary>
    public string? Text => HoconReader.TryText(Value, out var text) ? text : null;

    public IReadOnlyList<HoconField>? Fields => (Value as HoconObject)?.Fields;

    /// <summary>The elements of a list, or of an object that stands for one; null for anything else.</summary>
    public IReadOnlyList<HoconValue>? Elements => HoconReader.TryList(Value, out var items) ? items : null;

    /// <summary>The value as compact JSON, keys in the order written.</summary>
    public string Json => HoconWriter.ToJson(Value);

    /// <summary>The same as UTF-8.</summary>
    public byte[] Utf8Json => HoconWriter.ToUtf8Json(Value);

    public Cursor Below(HoconField field) => new(field.Value, Path.Then(field.Key), field.Origin, Sources);

    public Cursor Element(int index, HoconValue element) => new(element, Path.Element(index), element.Origin, Sources);

    public Cursor? Find(string key) => Find(key, StringComparison.Ordinal);

    /// <summary>Finds a field in any case: header names are case-insensitive.</summary>
    public Cursor? FindAnyCase(string key) => Find(key, StringComparison.OrdinalIgnoreCase);

    private Cursor? Find(string key, StringComparison comparison)
    {
        foreach (var field in Fields ?? [])
        {
            if (field.Key.Equals(key, comparison))
                return Below(field);
        }
        return null;
    }

    /// <summary>
    /// Reports what was found, unless it can hold a secret, and what is allowed. Always returns false, so that a reader can return it.
    /// </summary>
    public bool Refuse(string expected, IReadOnlyList<string>? words = null)
    {
        var meant = words is not null && Text is { } text && Nearest.To(text, words) is { } near ? $"did you mean \"{near}\"?" : "";
        return Report($"found {Found}; expected {Expected ?? expected}", meant);
    }

    /// <summary>Reports an error in the value. Always returns false.</summary>
    public bool Report(string message, string hint = "")
    {
        Sources.Report(Value.Origin, Length, Path.ToString(), message, hint);
        return false;
    }

    /// <summary>Reports an error in the key. Always returns false.</summary>
    public bool ReportKey(string message, string hint = "")
    {
        Sources.Report(KeyOrigin, Key.Length, Path.ToString(), message, hint);
        return false;
    }

    /// <summary>Reports a key that is not allowed here, and the key that was probably meant.</summary>
    public void RefuseKey(IEnumerable<string> allowed)
    {
        var names = allowed.ToArray();
        ReportKey("unknown key", Nearest.To(Key, names) is { } near
            ? $"did you mean \"{near}\"? allowed: {List(names, MostListed)}"
            : $"allowed: {List(names, names.Length)}");
    }

    /// <summary>Reports a value that names something that does not exist.</summary>
    /// <param name="what">What it should name.</param>
    /// <param name="known">The names to list.</param>
    /// <param name="guess">What was meant; null to find the nearest of the names.</param>
    public void ReportUnknown(string what, IEnumerable<string> known, string? guess = null)
    {
        var names = known.Order(StringComparer.Ordinal).ToArray();
        guess ??= Text is { } text ? Nearest.To(text, names) : null;
        var meant = guess is null ? "" : $"did you mean \"{guess}\"? ";
        var listed = names.Length > 0 ? $"known: {List(names, MostListed)}" : guess is null ? $"there are no {what}s" : "";
        Report($"unknown {what} {Found}", (meant + listed).TrimEnd());
    }

    private static string List(string[] names, int most) => string.Join(", ", names.Take(most)) + (names.Length > most ? ", ..." : "");

    private int Length => Text?.Length ?? 1;

    private string Found => Value switch
    {
        HoconObject => "an object",
        HoconArray => "a list",
        _ when IsNull => "null",
        _ when Secrecy.MayHold(Path) => SecretMask.Mask,
        HoconString => $"\"{SecretMask.Url(Text!)}\"",
        _ => Text ?? "nothing",
    };
}
