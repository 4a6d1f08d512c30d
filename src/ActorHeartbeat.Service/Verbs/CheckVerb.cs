using System.CommandLine;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Service.State;
using ActorHeartbeat.Supervision;
using Microsoft.Data.Sqlite;

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
        return VerbOutput.Print(
            new ConfigurationVerbs(_ => read, format).Check(path, configuration => AddedKeys(configuration, parsed)), parsed);
    }

    /// <summary>The keys that an earlier process has kept. One that runs has the database for itself.</summary>
    private static IReadOnlyCollection<SubscriptionKey> AddedKeys(ServiceConfiguration configuration, ParseResult parsed)
    {
        if (configuration.Process.StateDatabase is not { } path || !File.Exists(path))
            return [];
        try
        {
            var (keys, ignored) = StateReader.AddedKeys(path);
            foreach (var line in ignored)
                parsed.InvocationConfiguration.Error.WriteLine($"{path}: {line}");
            return keys;
        }
        catch (SqliteException taken) when (taken.SqliteErrorCode is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED)
        {
            Tell("a running service has them; it tells them by diff FILE --url URL");
        }
        catch (Exception problem) when (problem is SqliteException or IOException or UnauthorizedAccessException)
        {
            Tell($"they cannot be read: {problem.Message}");
        }
        return [];

        void Tell(string what) =>
            parsed.InvocationConfiguration.Error.WriteLine($"{path}: the keys that were added at runtime: {what}");
    }
}
