using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Endpoints;

/// <content>Patterns of JSON.</content>
public abstract partial record MessagePattern
{
    /// <summary>A JSON text in which every pointer (RFC 6901) leads to the value beside it.</summary>
    public sealed record Json(ValueList<JsonExpectation> Expectations) : MessagePattern
    {
        private byte[]? _after = []; // null until its placeholders are filled
        private JsonWalk? _walk; // null until it is needed: patterns are many, and most refuse by their texts

        /// <summary>The pointers and what has to hold for the values that they lead to.</summary>
        public ValueList<JsonExpectation> Expectations
        {
            get;
            init
            {
                field = value;
                _walk = null;
            }
        } = Expectations;

        /// <summary>The text before the JSON, as in <c>42["open"]</c>. Default none.</summary>
        /// <exception cref="FormatException">As <see cref="Template.Parse"/>.</exception>
        public string After
        {
            get;
            init
            {
                field = value;
                AfterTemplate = Template.MayBe(value) ? Template.Parse(value) : null;
                _after = AfterTemplate is null ? Encoding.UTF8.GetBytes(value) : null;
            }
        } = "";

        private Template? AfterTemplate { get; init; }

        /// <summary>Whether the text before the JSON has placeholders.</summary>
        internal bool HasOpenStart => AfterTemplate is not null;

        internal override IEnumerable<Template> Templates =>
            Expectations.SelectMany(expectation => expectation.Templates).Concat(AfterTemplate is null ? [] : [AfterTemplate]);

        internal override IEnumerable<string> Groups => Expectations.SelectMany(expectation => expectation.Groups);

        public override bool Matches(ReadOnlySpan<byte> payload)
        {
            if (!payload.StartsWith(_after) || _after is null || !CouldMatch(payload[_after.Length..]))
                return false;
            try
            {
                var json = payload[_after.Length..];
                var count = Expectations.Count;
                var places = count <= JsonPlace.MostOnStack ? stackalloc JsonPlace[count] : new JsonPlace[count];
                _walk ??= new JsonWalk([.. Expectations.Select(expectation => expectation.Path)]);
                return (_walk.TryFind(json, places) ? Judge(json, places) : null) ?? MatchesDocument(payload);
            }
            catch (JsonException)
            {
                return false;
            }
        }

        /// <summary>As <see cref="Matches"/>, but read as a document, which tells what a walk cannot.</summary>
        internal bool MatchesDocument(ReadOnlySpan<byte> payload)
        {
            if (!payload.StartsWith(_after) || _after is null)
                return false;
            try
            {
                using var document = Read(payload);
                foreach (var expectation in Expectations.AsSpan())
                {
                    if (!expectation.Matches(document.RootElement))
                        return false;
                }
                return true;
            }
            // Half a surrogate pair and an endless exponent are JSON that the framework cannot read.
            catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
            {
                return false;
            }
        }

        /// <summary>Whether a JSON text matches, by what its pointers lead to; null where only a document tells.</summary>
        internal bool? Judge(ReadOnlySpan<byte> json, ReadOnlySpan<JsonPlace> places)
        {
            bool? matches = true;
            var expectations = Expectations.AsSpan();
            for (var index = 0; index < expectations.Length; index++)
            {
                if (expectations[index].Holds(places[index], json) is not { } holds)
                    matches = null;
                else if (!holds)
                    return false;
            }
            return matches;
        }

        /// <summary>Whether a message has the text that stands before the JSON.</summary>
        internal bool Begins(ReadOnlySpan<byte> payload) => _after is not null && payload.StartsWith(_after);

        internal override int JsonAt(ReadOnlySpan<byte> payload) => _after?.Length ?? 0;

        internal override MessagePattern? Fix(TemplateScope scope)
        {
            var after = AfterTemplate is null ? _after : AfterTemplate.Fill(scope) is { } text ? Encoding.UTF8.GetBytes(text) : null;
            var expectations = Expectations.Select(expectation => expectation.Fix(scope)).OfType<JsonExpectation>().ToArray();
            return after is not null && expectations.Length == Expectations.Count
                ? this with { Expectations = [.. expectations], _after = after }
                : null;
        }

        internal override void Capture(ReadOnlySpan<byte> payload, Action<string, string> found)
        {
            if (!Groups.Any())
                return;
            using var document = Read(payload); // it matches, so it can be read
            foreach (var expectation in Expectations.AsSpan())
                expectation.Capture(document.RootElement, found);
        }

        internal override void Look(ReadOnlySpan<byte> payload, Action<string, string?> found)
        {
            using var document = Read(payload); // it matches, so it can be read
            foreach (var expectation in Expectations.AsSpan())
            {
                var value = expectation.Find(document.RootElement);
                found(expectation.Pointer, value is { } it ? Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(it)) : null);
            }
        }

        public bool Equals(Json? other) => other is not null && Expectations.Equals(other.Expectations) && After == other.After;

        public override int GetHashCode() => HashCode.Combine(Expectations, After.Length);

        private JsonDocument Read(ReadOnlySpan<byte> payload)
        {
            var reader = new Utf8JsonReader(payload[_after!.Length..]);
            return JsonDocument.ParseValue(ref reader);
        }

        /// <summary>
        /// Whether a JSON text has the last name of each pointer and the text behind it, which rules out most data without parsing. An
        /// escape could spell them differently, so a message with a backslash is always parsed.
        /// </summary>
        internal bool CouldMatch(ReadOnlySpan<byte> payload)
        {
            foreach (var expectation in Expectations.AsSpan())
            {
                if (payload.IndexOf(expectation.Text) < 0 || payload.IndexOf(expectation.LastName) < 0)
                    return payload.Contains((byte)'\\');
            }
            return true;
        }
    }
}
