namespace ActorHeartbeat.Templates;

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
internal static class TemplatePlaces
{
    /// <summary>Why a text is no template for its place, in one line without the text; null when it is one.</summary>
    public static string? Reject(string text, TemplatePlace place)
    {
        if (!Template.MayBe(text))
            return null;
        return Template.Reject(text) ?? Reject(Template.Parse(text), place);
    }

    /// <summary>Why a template may not stand in a place, in one line; null when it may.</summary>
    public static string? Reject(Template template, TemplatePlace place)
    {
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
}
