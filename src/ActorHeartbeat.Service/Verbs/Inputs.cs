using System.CommandLine;
using System.Globalization;
using ActorHeartbeat.Configuration.Show;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Arguments and options that several verbs take.</summary>
internal static class Inputs
{
    /// <summary>The name of arguments that take ids of endpoints; completion offers these.</summary>
    public const string IdName = "ID";

    public static readonly Uri DefaultService = new("http://127.0.0.1:8080");

    public static Argument<string> File(string name = "FILE", string description = "The configuration, in HOCON") =>
        new(name) { Description = description };

    public static Option<VerbFormat> Format() => new("--format")
    {
        Description = "How to print: text for eyes, json for a pipeline",
        HelpName = "text|json",
        DefaultValueFactory = _ => VerbFormat.Text,
    };

    /// <summary>The endpoints that a verb is about.</summary>
    public static Argument<string[]> Targets(string description) => new(IdName)
    {
        Description = description,
        HelpName = "ID|SELECTOR",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The same by label.</summary>
    public static Option<string[]> Select() => new("--select", "-l")
    {
        Description = "The endpoints with these labels, for example venue=okx,tier!=test; * for all",
        HelpName = "SELECTOR",
        DefaultValueFactory = _ => [],
    };

    /// <summary>What of streams is wanted alone.</summary>
    public static Option<string[]> Subscriptions() => new("--subscription")
    {
        Description = "Of messages and keys only those of a subscription (trades) or of one key (trades/BTC-USDT); may be repeated",
        HelpName = "NAME[/KEY]",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The streams at paths with these subscriptions alone; all of the streams where none is given.</summary>
    public static string[] OfSubscriptions(IEnumerable<string> paths, string[]? subscriptions)
    {
        var query = string.Join('&', (subscriptions ?? []).Select(name => $"subscription={Uri.EscapeDataString(name)}"));
        return [.. paths.Select(path => query.Length == 0 ? path : $"{path}{(path.Contains('?') ? '&' : '?')}{query}")];
    }

    /// <summary>How many events a verb prints.</summary>
    public static Option<int?> Count()
    {
        var count = new Option<int?>("--count") { Description = "End after so many events", HelpName = "N" };
        CheckNumber(count, found => found < 1 ? "expected a number of at least 1" : null);
        return count;
    }

    /// <summary>Refuses numbers with a reason; the library refuses what is none.</summary>
    public static void CheckNumber(Option<int?> option, Func<int, string?> reject) => option.Validators.Add(given =>
    {
        if (given.Tokens is [var token]
            && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var found)
            && reject(found) is { } why)
            given.AddError($"{option.Name}: found {found}; {why}");
    });

    /// <summary>Where a service is.</summary>
    public static Option<Uri> Service() => Url($"Where the service is (default {DefaultService})");

    /// <summary>Refuses words that are neither an id nor a selector.</summary>
    public static void CheckTargets(Command verb, Argument<string[]> targets, Option<string[]> select, bool mayBeNone) =>
        verb.Validators.Add(given =>
        {
            if (given.GetValue(targets)?.FirstOrDefault(word => word.StartsWith('-')) is { } unknown)
            {
                given.AddError($"there is no option {unknown} of {verb.Name}");
                return;
            }
            try
            {
                var selection = Selection.Parse(given.GetValue(targets) ?? [], given.GetValue(select) ?? []);
                if (selection.IsEmpty && !mayBeNone)
                    given.AddError($"{verb.Name} needs the ids of endpoints, or a selector such as -l venue=okx; -l '*' is all of them");
            }
            catch (FormatException problem)
            {
                given.AddError(problem.Message);
            }
        });

    public static Selection SelectionOf(ParseResult parsed, Argument<string[]> targets, Option<string[]> select) =>
        Selection.Parse(parsed.GetValue(targets) ?? [], parsed.GetValue(select) ?? []);

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
