using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Judges the templates in a value by their place, and finds them by what they ask for.</summary>
internal static class Placeholders
{
    /// <summary>Whether all names and texts of a value are templates for their place; what is wrong is reported.</summary>
    public static bool AreSound(Cursor at, TemplatePlace place)
    {
        if (at.Text is { } text)
            return TemplatePlaces.Reject(text, place) is not { } fault || at.Report(fault);
        var isSound = true;
        foreach (var field in at.Fields ?? [])
        {
            var below = at.Below(field);
            isSound &= (TemplatePlaces.Reject(below.Key, place) is not { } fault || below.ReportKey(fault)) & AreSound(below, place);
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
