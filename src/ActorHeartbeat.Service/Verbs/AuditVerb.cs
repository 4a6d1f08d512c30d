using System.CommandLine;
using System.Globalization;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Service.Running;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Shows who has changed what, from the audit log of this machine.</summary>
internal static class AuditVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The audit log; without it that of the running service, which has to be on this machine",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var who = new Option<string?>("--who") { Description = "Only this caller; - for strangers", HelpName = "NAME" };
        var (since, url, format) = (Since(), Inputs.Service(), Inputs.Format());
        var verb = new Command("audit", "Show who has changed what, and what the service answered") { file, who, since, url, format };
        verb.SetAction((parsed, stop) => Asking.Run(parsed, url, async api =>
        {
            if ((parsed.GetValue(file) ?? await AuditPath.Of(api, stop)) is not { } path)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("it keeps no audit log: http.access.audit.path is off");
                return ExitCode.WrongConfiguration;
            }
            var wanted = parsed.GetValue(who) is "-" ? "" : parsed.GetValue(who);
            return await Print(path, wanted, parsed.GetValue(since), parsed.GetValue(format), terminal, parsed, stop);
        }));
        return verb;
    }

    private static async Task<int> Print(
        string path, string? who, DateTimeOffset? since, VerbFormat format, Terminal terminal, ParseResult parsed, CancellationToken stop)
    {
        var console = parsed.InvocationConfiguration;
        try
        {
            List<AuditEntry> entries = [];
            await foreach (var line in File.ReadLinesAsync(path, stop))
            {
                var entry = AuditEntry.Read(line);
                if (line.Length == 0 || (who is not null && entry.Who != who) || (since is not null && entry.Time < since))
                    continue;
                if (format == VerbFormat.Json)
                    await console.Output.WriteLineAsync(PeerText.OfJson(line));
                else
                    entries.Add(entry);
            }
            if (entries.Count > 0)
                Screen.Print(console.Output, terminal, AuditPage.Of(entries, terminal.Size().Width));
            return ExitCode.Good;
        }
        catch (Exception problem)
            when ((problem is IOException io && !StandardOutput.HasNoReader(io)) || problem is UnauthorizedAccessException)
        {
            await console.Error.WriteLineAsync($"{path}: {problem.Message}");
            return ExitCode.Runtime;
        }
    }

    private static Option<DateTimeOffset?> Since() => new("--since")
    {
        Description = "Only since then: a time such as 2026-11-29T08:00:00Z, or so long ago, such as 1h",
        HelpName = "TIME",
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            if (RuleOutcome.Time(text) is { } ago && ago > TimeSpan.Zero)
                return TimeProvider.System.GetUtcNow() - ago;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                return time;
            given.AddError(
                $"--since: found \"{text}\"; expected a time such as 2026-11-29T08:00:00Z, or so long ago with its unit, such as 15m");
            return null;
        },
    };
}
