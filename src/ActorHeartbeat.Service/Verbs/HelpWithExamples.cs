using System.CommandLine;
using System.CommandLine.Invocation;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>The help of the library, and examples of the verb behind it.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    /// <summary>By verb. A test parses each.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Examples = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["run"] = ["run config/demo.conf"],
        ["status"] = ["status", "status -l venue=okx", "status btc-trades okx-1 --format json"],
        ["top"] = ["top", "top -l tier=1 --url https://feeds.example.com:8443"],
        ["explain"] = ["explain btc-trades"],
        ["pause"] = ["pause okx-1", "pause -l venue=okx --dry-run", "pause -l venue=okx,tier!=1 --yes"],
        ["resume"] = ["resume okx-1", "resume -l venue=okx --yes"],
        ["refresh"] = ["refresh okx-1", "refresh -l venue=okx --yes --format json"],
        ["rotate"] = ["rotate okx-1 okx-2 --yes"],
        ["close"] = ["close okx-1", "close okx-1 --code 4000 --reason maintenance"],
        ["send"] = ["send okx-1 --text ping", "send okx-1 --base64 aGVsbG8="],
        ["events"] = ["events", "events okx-1", "events -l venue=okx --format json"],
        ["tail"] = ["tail btc-trades", "tail okx-1 --subscription trades/BTC-USDT", "tail --select venue=okx --format json"],
        ["subscriptions"] = ["subscriptions okx-1", "subscriptions okx-1 trades --state refused"],
        ["add"] = ["subscriptions add okx-1 trades BTC-USDT ETH-USDT"],
        ["remove"] = ["subscriptions remove okx-1 trades BTC-USDT"],
        ["audit"] = ["audit /var/log/feeds/audit.ndjson --since 1h", "audit --who ops --format json"],
        ["check"] = ["check config/service.conf"],
        ["show"] = ["show config/service.conf btc-trades"],
        ["diff"] = ["diff old.conf new.conf", "diff new.conf --url http://127.0.0.1:8080"],
        ["render"] = ["render config/service.conf"],
        ["try"] = ["try config/demo.conf json --for 8s", "try ticker --url http://127.0.0.1:8080"],
        ["health"] = ["health --probe ready"],
        ["new"] = ["key new --role operate --name ops"],
        ["key"] = ["key new --role operate --name ops"],
        ["feed-server"] = ["feed-server --listen 127.0.0.1:9443"],
        ["completion"] = ["completion bash", "completion zsh"],
    };

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (!Examples.TryGetValue(parseResult.CommandResult.Command.Name, out var examples))
            return code;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {CommandLine.Name} {example}");
        output.WriteLine();
        return code;
    }
}
