using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using ActorHeartbeat.TestKit;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Runs the demonstration server by itself.</summary>
internal static class FeedServerVerb
{
    private const string DefaultListen = "127.0.0.1:9000";

    public static Command Create()
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = $"Where to listen (default {DefaultListen}); port 0 takes a free one",
            HelpName = "ADDRESS:PORT",
            DefaultValueFactory = _ => IPEndPoint.Parse(DefaultListen),
            CustomParser = given =>
            {
                var text = given.Tokens[0].Value;
                if (text.LastIndexOf(':') > 0 && IPEndPoint.TryParse(text, out var parsed))
                    return parsed;
                given.AddError($"--listen: found \"{text}\"; expected an address and port such as {DefaultListen}");
                return null;
            },
        };
        var verb = new Command("feed-server", "Run the demonstration server: every heartbeat dialect, tickers, and faults on demand")
        {
            listen,
        };
        verb.SetAction((parsed, stop) => Run(parsed.GetRequiredValue(listen), parsed.InvocationConfiguration, stop));
        return verb;
    }

    private static async Task<int> Run(IPEndPoint listen, InvocationConfiguration console, CancellationToken stop)
    {
        FeedServer server;
        try
        {
            server = await FeedServer.StartAsync(new FeedServerOptions { Listen = listen }, stop);
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            await console.Error.WriteLineAsync($"cannot listen on {listen}: {problem.Message}");
            return ExitCode.Runtime;
        }
        await using (server)
        {
            await console.Output.WriteLineAsync($"feed server on {server.Url}\n\n{FeedPath.Describe()}");
            await console.Output.FlushAsync(stop);
            // Wait for the signal to stop; no time is measured.
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return ExitCode.Good;
    }
}
