using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Where a template stands, which decides what its placeholders may be.</summary>
internal enum TemplatePlace
{
    /// <summary>In the handshake: no connection is there yet.</summary>
    Handshake,

    /// <summary>In the let of an endpoint, which the handshake may use.</summary>
    Attempt,

    /// <summary>In a message that begins something.</summary>
    Message,

    /// <summary>In what answers a message of the peer.</summary>
    Answer,

    /// <summary>In what is compared with messages of the peer.</summary>
    Pattern,

    /// <summary>In what is taken from a message of the peer.</summary>
    Taken,
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
        if (template.OfMessage.Count > 0 && place is not (TemplatePlace.Answer or TemplatePlace.Taken))
            return place == TemplatePlace.Pattern
                ? "a pattern takes nothing of the message that it looks at; @{/pointer} and @{text} stand in reply, capture, set, after "
                    + "and reason"
                : "no message is at hand here: @{/pointer} and @{text} stand in reply, capture, set, after and reason";
        if (template.NeedsConnection && place == TemplatePlace.Handshake)
            return "there is no connection yet: @{counter}, @{attempt} and @{incarnation} stand in messages";
        if (template.NeedsConnection && place == TemplatePlace.Attempt)
            return "these values are there before the connection: @{counter}, @{attempt} and @{incarnation} stand in messages, and in let "
                + "of a step or of the heartbeat";
        return !template.IsNewEachTime ? null : place switch
        {
            TemplatePlace.Pattern => "a pattern counts nothing: give @{counter} and @{uuid} a name with let, and compare with @{NAME}",
            TemplatePlace.Taken => "@{counter} and @{uuid} stand in what is said, not in what is taken from a message",
            _ => null,
        };
    }

    /// <summary>Whether all names and texts of a value are templates for their place; what is wrong is reported.</summary>
    public static bool AreSound(Cursor at, TemplatePlace place)
    {
        if (at.Text is { } text)
            return Reject(text, place) is not { } fault || at.Report(fault);
        var isSound = true;
        foreach (var field in at.Fields ?? [])
        {
            var below = at.Below(field);
            isSound &= (Reject(below.Key, place) is not { } fault || below.ReportKey(fault)) & AreSound(below, place);
        }
        var elements = at.Fields is null ? at.Elements ?? [] : [];
        for (var index = 0; index < elements.Count; index++)
            isSound &= AreSound(at.Element(index, elements[index]), place);
        return isSound;
    }

    /// <summary>The text or the key, in a value, in which a placeholder asks for a name; null when none does.</summary>
    public static Cursor? Asking(Cursor at, string name)
    {
        if (at.Text is { } text)
            return Asks(text, name) ? at : null;
        foreach (var field in at.Fields ?? [])
        {
            var below = at.Below(field);
            if (Asks(below.Key, name))
                return below;
            if (Asking(below, name) is { } found)
                return found;
        }
        var elements = at.Fields is null ? at.Elements ?? [] : [];
        for (var index = 0; index < elements.Count; index++)
        {
            if (Asking(at.Element(index, elements[index]), name) is { } found)
                return found;
        }
        return null;
    }

    private static bool Asks(string text, string name) =>
        Template.MayBe(text) && Template.Reject(text) is null && Template.Parse(text).Names.Contains(name);
}
