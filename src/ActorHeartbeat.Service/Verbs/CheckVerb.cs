using System.CommandLine;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Says whether a file can be used, and if not, everything that is wrong with it.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var file = Inputs.File();
        var format = Inputs.Format();
        var verb = new Command("check", "Say whether a configuration can be used, and everything that is wrong with it") { file, format };
        verb.SetAction(parsed => VerbOutput.Print(
            new ConfigurationVerbs(path => ConfigurationLoader.Load(path), parsed.GetValue(format)).Check(parsed.GetRequiredValue(file)), parsed));
        return verb;
    }
}
