using System.CommandLine;
using System.Text.Json;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Loading;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Trying;
using Akka.Actor;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Shows the conversation with one peer line by line: to find the right words, or to look into a running service.</summary>
internal static class TryVerb
{
    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(30);

    /// <summary>The answer of a running service must begin within this time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var file = Inputs.File(description: "The configuration, in HOCON; with --url the endpoint in its place");
        var endpoint = new Argument<string?>("ENDPOINT")
        {
            Description = "One of its endpoints, whether it is enabled or not",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var time = Time();
        var url = Inputs.Url($"Listen to a running service in place of a connection of our own, for example {Inputs.DefaultService}");
        var verb = new Command(
            "try",
            "Connect to one endpoint and show what is said, line by line: > is ours, < the peer's, * what happens, and in brackets the "
                + "rule or wait that took a message. Secrets are masked; nothing else of the configuration is started. "
                + "Exit 0 when it was open, 3 when it never was")
        {
            file,
            endpoint,
            time,
            url,
        };
        verb.Validators.Add(given =>
        {
            if (given.GetResult(url) is null == given.GetValue(endpoint) is null)
                given.AddError("try takes either FILE and ENDPOINT, or ENDPOINT and --url");
            else if (given.GetResult(url) is not null && EndpointId.Reject(given.GetValue(file) ?? "") is { } reason)
                given.AddError(reason);
        });
        verb.SetAction((parsed, stop) =>
        {
            var (first, console) = (parsed.GetRequiredValue(file), parsed.InvocationConfiguration);
            var duration = parsed.GetValue(time) ?? DefaultTime;
            return parsed.GetValue(url) is { } service
                ? Listen(service, first, duration, console, stop)
                : Try(first, parsed.GetValue(endpoint)!, duration, console, stop); // not null: the validator has checked it
        });
        return verb;
    }

    private static Option<TimeSpan?> Time() => new("--for")
    {
        Description = $"How long (default 30s); Ctrl-C ends it earlier",
        HelpName = "TIME",
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            if (RuleOutcome.Time(text) is { } time && time > TimeSpan.Zero)
                return time;
            given.AddError($"--for: found \"{text}\"; expected a time above zero with its unit, such as 30s");
            return null;
        },
    };

    private static async Task<int> Try(string path, string name, TimeSpan time, InvocationConfiguration console, CancellationToken stop)
    {
        var read = ConfigurationLoader.Load(path);
        if (read.Configuration is not { } configuration)
        {
            await console.Error.WriteLineAsync(ErrorReport.Print(read.Errors));
            return ExitCode.WrongConfiguration;
        }
        if (configuration.Endpoints.FirstOrDefault(endpoint => endpoint.Id.Value == name) is not { } settings)
        {
            var meant = Nearest.To(name, configuration.Endpoints.Select(endpoint => endpoint.Id.Value)) is { } near
                ? $"; did you mean \"{near}\"?"
                : "";
            await console.Error.WriteLineAsync($"{new ConfigurationError(path, 0, 0, $"endpoints.{name}", $"no such endpoint{meant}")}");
            return ExitCode.WrongConfiguration;
        }
        if (!settings.Enabled)
            await console.Output.WriteLineAsync($"{name} is not enabled in {path}; it is tried all the same");
        var printer = new TranscriptPrinter(console.Output);
        try
        {
            var wasOpen = await Try(configuration, settings, time, printer, stop);
            await printer.PrintSummary();
            return wasOpen ? ExitCode.Good : ExitCode.Runtime;
        }
        catch (IOException)
        {
            return ExitCode.Good; // the reader of the output has closed it
        }
    }

    /// <returns>Whether the connection was open at any time.</returns>
    private static async Task<bool> Try(
        ServiceConfiguration configuration, EndpointSettings settings, TimeSpan time, TranscriptPrinter printer, CancellationToken stop)
    {
        await using var tried = await TriedEndpoint.Start(configuration, settings);
        var printing = Print();
        // A bare delay of a verb: how long it runs.
        var over = Task.Delay(time, TimeProvider.System, stop);
        await Task.WhenAny(over, tried.WhenFailed, printing);
        try
        {
            await tried.Close();
        }
        catch (AskTimeoutException)
        {
            tried.Tap.Dispose(); // nothing more is heard of it
        }
        return await printing;

        async Task<bool> Print()
        {
            var wasOpen = false;
            await foreach (var line in tried.Tap.Lines.ReadAllAsync(CancellationToken.None))
            {
                wasOpen |= line.Opens;
                await printer.Print(ConversationLineView.Of(line));
            }
            return wasOpen;
        }
    }

    private static async Task<int> Listen(
        Uri service, string name, TimeSpan time, InvocationConfiguration console, CancellationToken stop)
    {
        var path = $"/v1/endpoints/{name}/conversation";
        using var client = ServiceClient.Create(service, Timeout.InfiniteTimeSpan);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(time);
        var printer = new TranscriptPrinter(console.Output);
        try
        {
            using var response = await client
                .GetAsync(path, HttpCompletionOption.ResponseHeadersRead, over.Token)
                .WaitAsync(Patience, TimeProvider.System, over.Token);
            if (!response.IsSuccessStatusCode)
            {
                var detail = Problem.DetailOf(await response.Content.ReadAsStringAsync(over.Token));
                await console.Error.WriteLineAsync($"{new Uri(service, path)}: {(int)response.StatusCode}: {detail}");
                return ExitCode.Runtime;
            }
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(over.Token));
            while (await lines.ReadLineAsync(over.Token) is { } line)
                await printer.Print(JsonSerializer.Deserialize(line, ServiceJson.Contract.ConversationLineView)!); // never the word null
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Its time is over.
        }
        catch (Exception problem) when (problem is HttpRequestException or HttpIOException or TimeoutException or JsonException)
        {
            await console.Error.WriteLineAsync($"{new Uri(service, path)}: {NoAnswer.Reason(problem)}");
            return ExitCode.Runtime;
        }
        catch (IOException)
        {
            return ExitCode.Good; // the reader of the output has closed it
        }
        await printer.PrintSummary();
        return ExitCode.Good;
    }
}
