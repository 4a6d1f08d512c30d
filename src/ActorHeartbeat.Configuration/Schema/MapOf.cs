using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>An object with names of the operator's choice. Null removes a name that a lower layer sets.</summary>
internal sealed class MapOf<T>(string expected, ValueReader<T> element, StringComparer comparer, Func<string, string?> rejectName)
    : ValueReader<ValueMap<T>>
    where T : class
{
    public override string Expected => expected;

    public override bool HasNames => true;

    public override bool MayHoldSecret => element.MayHoldSecret;

    /// <summary>The result may hold null for a name to remove; <see cref="Over"/> removes it.</summary>
    public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out ValueMap<T> value)
    {
        value = null;
        if (at.Fields is not { } fields)
            return at.Refuse(expected);
        var errors = at.Diagnostics.Count;
        var read = new List<KeyValuePair<string, T>>(fields.Count);
        var seen = fields.Count > 1 ? new Dictionary<string, string>(comparer) : null;
        for (var index = 0; index < fields.Count; index++)
        {
            var field = fields[index];
            var below = at.Below(field);
            if (rejectName(field.Key) is { } reason)
                below.ReportKey(reason);
            else if (seen?.TryAdd(field.Key, field.Key) == false)
                below.ReportKey($"\"{field.Key}\" and \"{seen[field.Key]}\" are the same name");
            else if (below.IsNull)
                read.Add(new(field.Key, null!)); // see Over
            else if (element.TryRead(below, out var one))
                read.Add(new(field.Key, one));
        }
        if (at.Diagnostics.Count > errors)
            return false;
        value = read.Count == 0 ? ValueMap<T>.Empty : new ValueMap<T>(read, comparer);
        return true;
    }

    /// <summary>
    /// Combines the names of two layers: first those that only the lower layer has, then those of the higher. What both have is combined as
    /// its values are.
    /// </summary>
    public override ValueMap<T> Over(ValueMap<T> higher, ValueMap<T> lower)
    {
        if (higher.Count == 0)
            return lower;
        var laid = new List<KeyValuePair<string, T>>(lower.Count + higher.Count);
        foreach (var entry in lower)
        {
            if (!higher.ContainsKey(entry.Key))
                laid.Add(entry);
        }
        foreach (var entry in higher)
        {
            if (entry.Value is not null)
                laid.Add(lower.TryGetValue(entry.Key, out var below) ? new(entry.Key, element.Over(entry.Value, below)) : entry);
        }
        return new ValueMap<T>(laid, comparer);
    }

    public override void Write(Utf8JsonWriter json, ValueMap<T> value, bool asWritten)
    {
        json.WriteStartObject();
        foreach (var (name, one) in value)
        {
            json.WritePropertyName(name);
            element.Write(json, one, asWritten);
        }
        json.WriteEndObject();
    }
}
