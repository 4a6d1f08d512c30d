using System.CommandLine;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Shows the effective value and the origin of every setting of an endpoint.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        var file = Inputs.File();
        var endpoint = new Argument<string?>("ENDPOINT")
        {
            Description = "One endpoint; all when not given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var format = Inputs.Format();
        var verb = new Command(
            "show", "Show the effective settings of endpoints, what can hold a secret masked, each with the file and line it comes from")
        {
            file,
            endpoint,
            format,
        };
        verb.SetAction(parsed =>
            VerbOutput.Print(
                new ConfigurationVerbs(path => ConfigurationLoader.Load(path), parsed.GetValue(format)).Show(
                    parsed.GetRequiredValue(file), parsed.GetValue(endpoint)),
                parsed));
        return verb;
    }
}
