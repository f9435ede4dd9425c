using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rcmgr.Tests.Limits;

/// <summary>As much of JSON Schema 2020-12 as the schemas of limits use; an unknown keyword is a failure, never an acceptance.</summary>
internal sealed class SchemaValidator
{
    private readonly JsonElement _root;

    public SchemaValidator(string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        _root = document.RootElement.Clone();
    }

    public bool Accepts(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Accepts(_root, document.RootElement);
    }

    private bool Accepts(JsonElement schema, JsonElement value) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => schema.EnumerateObject().All(keyword => Accepts(schema, keyword, value)),
    };

    private bool Accepts(JsonElement schema, JsonProperty keyword, JsonElement value) => keyword.Name switch
    {
        "$schema" or "$id" or "$defs" or "title" or "description" => true,
        "$ref" => Accepts(Resolve(keyword.Value.GetString()!), value),
        "type" => HasType(keyword.Value.GetString()!, value),
        "enum" => keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
        "anyOf" => keyword.Value.EnumerateArray().Any(branch => Accepts(branch, value)),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= keyword.Value.GetDecimal(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= keyword.Value.GetDecimal(),
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= keyword.Value.GetInt32(),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!),
        "properties" => Members(value).All(member => !keyword.Value.TryGetProperty(member.Name, out JsonElement known) || Accepts(known, member.Value)),
        "additionalProperties" => Members(value).All(member => IsKnown(schema, member.Name) || Accepts(keyword.Value, member.Value)),
        "required" => value.ValueKind != JsonValueKind.Object || keyword.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "propertyNames" => Members(value).All(member => Accepts(keyword.Value, JsonSerializer.SerializeToElement(member.Name))),
        _ => throw new NotSupportedException(keyword.Name),
    };

    private JsonElement Resolve(string reference) => _root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);

    private static bool IsKnown(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(name, out _);

    private static JsonElement.ObjectEnumerator Members(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default;

    private static bool HasType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && decimal.IsInteger(value.GetDecimal()),
        _ => throw new NotSupportedException(type),
    };
}
