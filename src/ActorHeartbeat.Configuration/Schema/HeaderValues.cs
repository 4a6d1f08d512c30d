using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ActorHeartbeat.Configuration.Secrets;
using ActorHeartbeat.Conversations;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Readers of headers, subprotocols and labels.</summary>
internal static class HeaderValues
{
    public static readonly ValueReader<string> Subprotocol = new Guarded<string>(
        Values.AnyText(ValueRules.Subprotocol), _ => SecretMask.Mask);

    public static readonly MapOf<SecretValue> Headers = new(
        "an object of header names and values", new SecretReader(), StringComparer.OrdinalIgnoreCase, Words.RejectHeaderName);

    public static readonly MapOf<string> Labels = new(
        "an object of names and texts", Values.Text, StringComparer.Ordinal, _ => null);

    /// <summary>Reads text, or a reference that is resolved at each attempt.</summary>
    private sealed class SecretReader : ValueReader<SecretValue>
    {
        private static readonly ObjectOf<Reference> Full = new(
            "a reference",
            new Shape<Reference>(
                Part.Of<Reference, string?>(
                    "env",
                    Values.OptionalText("the name of an environment variable"),
                    reference => reference.Variable,
                    (reference, name) => reference with { Variable = name }),
                Part.Of<Reference, string?>(
                    "file",
                    Values.OptionalText("the path of a file"),
                    reference => reference.File,
                    (reference, path) => reference with { File = path }),
                Part.Of<Reference, string>(
                    "prefix", Values.Text, reference => reference.Prefix, (reference, prefix) => reference with { Prefix = prefix })),
            new Reference(null, null, ""));

        public override string Expected => "text, { env = NAME, prefix = ... } or { file = PATH, prefix = ... }";

        public override bool MayHoldSecret => true;

        public override bool TryRead(Cursor at, [MaybeNullWhen(false)] out SecretValue value)
        {
            value = null;
            if (at.Fields is not null)
                return TryReadReference(at, out value);
            if (at.Text is not { } text)
                return at.Refuse(Expected);
            if (Words.RejectHeader(text) is { } fault)
                return at.Report(fault);
            value = Template.MayBe(text) ? SecretValue.Template(text) : SecretValue.Literal(text);
            return true;
        }

        private static bool TryReadReference(Cursor at, [MaybeNullWhen(false)] out SecretValue value)
        {
            value = null;
            if (!Full.TryRead(at, out var reference))
                return false;
            if (!Words.CanBeInHeader(reference.Prefix))
                return at.Report("prefix has a character that a header cannot carry (RFC 9110 section 5.5)");
            if (Template.MayBe(reference.Prefix))
                return at.Report("prefix stands before one value; write the whole header as a text with references in it");
            value = reference switch
            {
                { Variable: { Length: > 0 } name, File: null } => SecretValue.Environment(name, reference.Prefix),
                { Variable: null, File: { Length: > 0 } path } => SecretValue.File(path, reference.Prefix),
                _ => null,
            };
            return value is not null || at.Report("a reference names exactly one of env and file");
        }

        /// <summary>A literal is masked however the others are written.</summary>
        public override void Write(Utf8JsonWriter json, SecretValue value, bool asWritten)
        {
            if (value.Source is SecretSource.Literal or SecretSource.Template)
            {
                json.WriteStringValue(value.ToString());
                return;
            }
            json.WriteStartObject();
            json.WriteString(value.Source == SecretSource.Environment ? "env" : "file", value.Text);
            if (value.Prefix.Length > 0)
                json.WriteString("prefix", value.Prefix);
            json.WriteEndObject();
        }

        private sealed record Reference(string? Variable, string? File, string Prefix);
    }
}
