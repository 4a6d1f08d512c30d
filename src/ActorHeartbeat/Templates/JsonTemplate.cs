using System.Buffers;
using System.Text.Json;

namespace ActorHeartbeat.Templates;

/// <summary>JSON whose texts are templates. A text that is one placeholder takes the JSON type of its value. Immutable.</summary>
internal sealed class JsonTemplate
{
    private readonly JsonElement _root;
    private readonly Dictionary<string, Template> _templates = new(StringComparer.Ordinal);

    private JsonTemplate(JsonElement root)
    {
        _root = root;
        Collect(root);
    }

    public IReadOnlyCollection<Template> Templates => _templates.Values;

    /// <exception cref="FormatException">As <see cref="Template.Parse"/>, or the text is no JSON.</exception>
    public static JsonTemplate Parse(string json)
    {
        try
        {
            return new JsonTemplate(JsonElement.Parse(json));
        }
        catch (JsonException)
        {
            throw new FormatException("the message is not JSON");
        }
    }

    /// <summary>The names that stand anywhere but in a list element that is repeated for each key of a batch.</summary>
    public IEnumerable<string> NamesOutsideBatch => NamesIn(_root);

    /// <summary>The JSON with its values, without blanks; null as in <see cref="Template.Fill"/>.</summary>
    public byte[]? Fill(TemplateScope scope)
    {
        var filled = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(filled, CompactJson.Options);
        if (!TryWrite(json, _root, null, scope))
            return null;
        json.Flush();
        return filled.WrittenSpan.ToArray();
    }

    private void Collect(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Collect(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Collect(member.Name);
                    Collect(member.Value);
                }
                break;
            case JsonValueKind.String:
                Collect(element.GetString()!);
                break;
        }
    }

    private void Collect(string text)
    {
        if (Template.MayBe(text))
            _templates[text] = Template.Parse(text);
    }

    /// <summary>Writes an element, and before it the name that it has in an object.</summary>
    private bool TryWrite(Utf8JsonWriter json, JsonElement element, string? name, TemplateScope scope)
    {
        if (element.ValueKind == JsonValueKind.String && _templates.TryGetValue(element.GetString()!, out var template))
            return TryWriteValue(json, template, name, scope);
        if (name is not null)
            json.WritePropertyName(name);
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    if (!(AsksForKey(item) ? scope.ForEachKey(() => TryWrite(json, item, null, scope)) : TryWrite(json, item, null, scope)))
                        return false;
                }
                json.WriteEndArray();
                return true;
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    if (NameOf(member.Name, scope) is not { } filled || !TryWrite(json, member.Value, filled, scope))
                        return false;
                }
                json.WriteEndObject();
                return true;
            case JsonValueKind.String:
                json.WriteStringValue(element.GetString());
                return true;
            default:
                json.WriteRawValue(element.GetRawText()); // a number keeps its digits
                return true;
        }
    }

    /// <summary>Whether the key of a subscription stands in an element, and in no list inside it.</summary>
    private bool AsksForKey(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(member => AsksForKey(member.Name) || AsksForKey(member.Value)),
        JsonValueKind.String => AsksForKey(element.GetString()!),
        _ => false,
    };

    private bool AsksForKey(string text) => _templates.TryGetValue(text, out var template) && template.Names.Contains(TemplateName.Each);

    private IEnumerable<string> NamesIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Where(item => !AsksForKey(item)).SelectMany(NamesIn),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => NamesIn(member.Name).Concat(NamesIn(member.Value))),
        JsonValueKind.String => NamesIn(element.GetString()!),
        _ => [],
    };

    private IEnumerable<string> NamesIn(string text) => _templates.TryGetValue(text, out var template) ? template.Names : [];

    private string? NameOf(string name, TemplateScope scope) =>
        _templates.TryGetValue(name, out var template) ? template.Fill(scope) : name;

    private static bool TryWriteValue(Utf8JsonWriter json, Template template, string? name, TemplateScope scope)
    {
        var value = template.FillValue(scope);
        if (value is TemplateValue.None)
            return true; // the member or element is left out
        if (value?.AsJson() is not { } element)
        {
            scope.Lack(template.ToString());
            return false;
        }
        if (name is not null)
            json.WritePropertyName(name);
        if (element.ValueKind == JsonValueKind.String)
            json.WriteStringValue(element.GetString());
        else
            json.WriteRawValue(element.GetRawText());
        return true;
    }
}
