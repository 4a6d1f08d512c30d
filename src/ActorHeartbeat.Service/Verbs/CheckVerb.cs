using System.CommandLine;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Checks whether a file can be used, and reports every error if not.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var file = Inputs.File();
        var format = Inputs.Format();
        var verb = new Command("check", "Say whether a configuration can be used, and everything that is wrong with it") { file, format };
        verb.SetAction(parsed => Check(parsed.GetRequiredValue(file), parsed.GetValue(format), parsed));
        return verb;
    }

    private static int Check(string path, VerbFormat format, ParseResult parsed)
    {
        var read = AkkaSection.Try(ConfigurationLoader.Load(path));
        return VerbOutput.Print(new ConfigurationVerbs(_ => read, format).Check(path), parsed);
    }
}
