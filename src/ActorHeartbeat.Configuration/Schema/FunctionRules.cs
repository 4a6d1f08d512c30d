using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>
/// Finds functions that the host does not have. A template keeps their names until they are called, so that its text alone says what it is;
/// here every text that can be a template is looked at once, in the section where it is written.
/// </summary>
internal static class FunctionRules
{
    /// <summary>The sections whose objects have the keys of an endpoint by name, and the one that has them itself.</summary>
    private const string Templates = "templates", Endpoints = "endpoints", Defaults = "defaults";

    /// <summary>The keys of an endpoint whose texts are what they are, whatever they hold.</summary>
    private static readonly string[] Plain = ["labels", "templates", "group", "tls", "split", "end-with"];

    public static void Check(Cursor root)
    {
        if (root.Find(Defaults) is { } defaults)
            CheckEndpoint(defaults);
        foreach (var section in (Cursor?[])[root.Find(Templates), root.Find(Endpoints)])
        {
            foreach (var field in section?.Fields ?? [])
                CheckEndpoint(section!.Value.Below(field)); // it has fields
        }
    }

    private static void CheckEndpoint(Cursor at)
    {
        foreach (var field in at.Fields ?? [])
        {
            if (!Plain.Contains(field.Key))
                CheckValue(at.Below(field));
        }
    }

    private static void CheckValue(Cursor at)
    {
        if (at.Text is { } text)
        {
            if (Reject(text, at.Sources) is { } fault)
                at.Report(fault.Reason, fault.Hint);
            return;
        }
        foreach (var field in at.Fields ?? [])
        {
            var below = at.Below(field);
            if (Reject(below.Key, at.Sources) is { } fault)
                below.ReportKey(fault.Reason, fault.Hint);
            CheckValue(below);
        }
        var elements = at.Fields is null ? at.Elements ?? [] : [];
        for (var index = 0; index < elements.Count; index++)
            CheckValue(at.Element(index, elements[index]));
    }

    private static (string Reason, string Hint)? Reject(string text, Sources sources)
    {
        if (!Template.MayBe(text) || Template.Reject(text) is not null)
            return null; // what is no template is told where it is read
        var functions = sources.Extensions.Functions;
        foreach (var (name, arguments) in Template.Parse(text).HostCalls)
        {
            if (functions.Find(name) is null)
                return ($"unknown function; known: {string.Join(", ", functions.AllNames)}",
                    Nearest.To(name, functions.AllNames) is { } near ? $"did you mean \"{near}\"?" : "");
            if (functions.Reject(name, arguments) is { } reason)
                return (reason, "");
        }
        return null;
    }
}
