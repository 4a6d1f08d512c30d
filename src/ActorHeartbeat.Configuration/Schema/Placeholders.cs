using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Where a template stands, which decides what its placeholders may be.</summary>
internal enum TemplatePlace
{
    /// <summary>In the handshake: no connection is there yet.</summary>
    Handshake,

    /// <summary>In a message that begins something.</summary>
    Message,

    /// <summary>In what follows from a message of the peer.</summary>
    Answer,
}

/// <summary>Judges templates by their place.</summary>
internal static class Placeholders
{
    /// <summary>Why a text is no template for its place, in one line without the text; null when it is one.</summary>
    public static string? Reject(string text, TemplatePlace place)
    {
        if (!Template.MayBe(text))
            return null;
        if (Template.Reject(text) is { } fault)
            return fault;
        var template = Template.Parse(text);
        if (template.OfMessage.Count > 0 && place != TemplatePlace.Answer)
            return "no message is at hand here: @{/pointer} and @{text} stand in the reply of a rule and in its after";
        return template.NeedsConnection && place == TemplatePlace.Handshake
            ? "there is no connection yet: @{counter}, @{attempt} and @{incarnation} stand in messages"
            : null;
    }
}
