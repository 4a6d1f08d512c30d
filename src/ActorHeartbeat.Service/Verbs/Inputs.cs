using System.CommandLine;
using ActorHeartbeat.Configuration.Show;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Arguments and options that several verbs take.</summary>
internal static class Inputs
{
    public static readonly Uri DefaultService = new("http://127.0.0.1:8080");

    public static Argument<string> File(string name = "FILE", string description = "The configuration, in HOCON") =>
        new(name) { Description = description };

    public static Option<VerbFormat> Format() => new("--format")
    {
        Description = "How to print: text for eyes, json for a pipeline",
        HelpName = "text|json",
        DefaultValueFactory = _ => VerbFormat.Text,
    };

    /// <summary>The URL of a running service.</summary>
    public static Option<Uri> Url(string description) => new("--url")
    {
        Description = description,
        HelpName = "URL",
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or ServiceClient.SocketScheme)
                return url;
            given.AddError($"--url: found \"{text}\"; expected the URL of a running service such as {DefaultService} or "
                + "unix:/run/actorheartbeat.sock");
            return null;
        },
    };
}
