using System.CommandLine;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Access;
using ActorHeartbeat.Service.Contract;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Makes keys of the HTTP API.</summary>
internal static class KeyVerb
{
    public static Command Create() => new("key", "Keys of the HTTP API") { New() };

    private static Command New()
    {
        var role = new Option<string>("--role")
        {
            Description = "What it may do: read looks, operate commands endpoints, admin reloads the configuration",
            HelpName = "read|operate|admin",
            DefaultValueFactory = _ => "read",
        };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<AccessRole>().Select(value => Spelling.Kebab(value))]);
        var name = new Option<string>("--name")
        {
            Description = "Its name in the configuration and in the audit log",
            HelpName = "NAME",
            DefaultValueFactory = _ => "ops",
        };
        name.Validators.Add(given =>
        {
            if (AccessKeySettings.RejectName(given.GetValueOrDefault<string>()) is { } reason)
                given.AddError($"--name: {reason}");
        });
        var verb = new Command("new", "Print a new random key, this once, and the lines of the configuration that accept it")
        {
            role,
            name,
        };
        verb.SetAction(parsed =>
        {
            var key = AccessKey.New();
            var hash = AccessKey.Spell(AccessKey.HashOf(key));
            parsed.InvocationConfiguration.Output.Write(
                $$"""
                {{key}}

                The line above is the key, shown this once; clients send it as "Authorization: Bearer KEY". The service gets its hash:

                actor-heartbeat.http.access.keys {
                  {{parsed.GetValue(name)}} { role = {{parsed.GetValue(role)}}, hash = "{{hash}}" }
                }

                """);
        });
        return verb;
    }
}
