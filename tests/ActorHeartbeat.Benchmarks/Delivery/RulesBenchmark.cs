using System.Globalization;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;

namespace ActorHeartbeat.Benchmarks.Delivery;

/// <summary>
/// Measures what rules of on-message and subscriptions cost a message of 128 bytes, from the transport to a feed that nobody reads.
/// Options: <c>--messages N --rounds N</c>.
/// </summary>
public static class RulesBenchmark
{
    private const string KeysWithNumbers = "1,000 keys, sequence";

    /// <summary>The promise: microseconds.</summary>
    private const double MostOfNumbers = 0.15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly byte[] Trade = Encoding.UTF8.GetBytes(
        """{"e":"trade","E":1795905781250,"s":"BNBBTC","t":12345,"p":"0.001","q":"100.000","T":1795905781249,"m":true,"event":"x"}""");

    public static async Task<int> Run(string[] args)
    {
        var (messages, rounds) = (Option(args, "messages", 3_000_000), Option(args, "rounds", 5));
        (string Name, EndpointSettings Endpoint)[] variants =
        [
            ("no rule", Endpoint([])),
            ("3 rules, none matches", Endpoint(Rules(3))),
            ("10 rules, none matches", Endpoint(Rules(10))),
            ("3 rules, the last says data", Endpoint([.. Rules(2), Rule("/e", "\"trade\"")])),
            ("10 rules, the last says data", Endpoint([.. Rules(9), Rule("/e", "\"trade\"")])),
            ("3 rules that read, the last says data", Endpoint([.. Readers(2), Rule("/e", "\"trade\"")])),
            ("10 rules that read, the last says data", Endpoint([.. Readers(9), Rule("/e", "\"trade\"")])),
            ("sequence, no rule", Endpoint([]) with { Sequence = new SequenceSettings(["/t"]) }),
            ("sequence, the message has no number", Endpoint([]) with { Sequence = new SequenceSettings(["/sequence"]) }),
            ("1,000 keys of other data", Keys("book", sequence: null)),
            ("1,000 keys", Keys("trade", sequence: null)),
            (KeysWithNumbers, Keys("trade", new SequenceSettings(["/t"]))),
        ];
        var costs = variants.ToDictionary(variant => variant.Name, _ => new List<(double Time, double Bytes)>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (name, endpoint) in variants)
            {
                var cost = await MeasureAsync(endpoint, messages);
                if (round >= 0)
                    costs[name].Add(cost);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Trade.Length} B, {messages} messages, median of {rounds}"));
        var least = Median(costs["no rule"], cost => cost.Time);
        foreach (var (name, seen) in costs)
        {
            var time = Median(seen, cost => cost.Time);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-40} {time,6:0.000} us  {time - least,6:+0.000;-0.000} us  x {time / least:0.00}  "
                    + $"{Median(seen, cost => cost.Bytes):0.0} B allocated"));
        }
        var ofNumbers = Median(costs[KeysWithNumbers], cost => cost.Time) - Median(costs["1,000 keys"], cost => cost.Time);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"the numbers of keys cost {ofNumbers:+0.000;-0.000} us a message (at most {MostOfNumbers})"));
        return 0;
    }

    private static ValueList<MessageRule> Rules(int count) =>
        [.. Enumerable.Range(0, count).Select(number => Rule("/event", $"\"notice {number}\""))];

    /// <summary>Rules whose texts stand in the message, but elsewhere.</summary>
    private static ValueList<MessageRule> Readers(int count) =>
        [.. Enumerable.Range(0, count).Select(number => Rule(number % 2 == 0 ? "/event" : "/s", "\"trade\""))];

    private static EndpointSettings Endpoint(ValueList<MessageRule> rules) =>
        new() { Id = new EndpointId("a"), Url = new Uri("ws://feed.test/"), OnMessage = rules };

    private static EndpointSettings Keys(string data, SequenceSettings? sequence) => Endpoint([]) with
    {
        Subscriptions = new(
        [
            new("trades", new SubscriptionSettings
            {
                ForEach = [.. Enumerable.Range(1, 999).Select(number => $"K{number}"), "BNBBTC"],
                Send = MessageTemplate.Text("@{each}"),
                Data = new MessagePattern.Json(
                    [new JsonExpectation("/e", $"\"{data}\""), new JsonExpectation("/s", "\"@{each}\"")]),
                Reject = new MessagePattern.Json(
                    [new JsonExpectation("/event", "\"error\""), new JsonExpectation("/s", "\"@{each}\"")]),
                Sequence = sequence,
            }),
        ]),
    };

    private static MessageRule Rule(string pointer, string value) =>
        new() { Match = new MessagePattern.Json([new JsonExpectation(pointer, value)]), Is = MessageRole.Data };

    private static async Task<(double Time, double Bytes)> MeasureAsync(EndpointSettings endpoint, int messages)
    {
        using var system = ActorSystem.Create(
            "rules", ConfigurationFactory.ParseString("akka.loglevel = ERROR").WithFallback(DedicatedThreadScheduler.Configuration));
        var dialer = new OpenDialer();
        var supervisor = system.ActorOf(
            ConnectionSupervisor.Props(
                new SupervisorDependencies(dialer, new SecretAttemptResolver(), new FeedRegistry(TimeProvider.System))), "connections");
        await supervisor.Ask<ConfigurationApplied>(
            new ApplyConfiguration([endpoint], ValueMap<GroupSettings>.Empty, new SupervisorSettings()), Patience);
        var pump = await dialer.Observer.WaitAsync(Patience);
        await Deliver(pump, messages / 10);
        var (begun, allocated) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        await Deliver(pump, messages);
        var cost = (
            TimeProvider.System.GetElapsedTime(begun).TotalMicroseconds / messages,
            (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)messages);
        await system.Terminate();
        return cost;
    }

    private static async Task Deliver(IConnectionObserver pump, int messages)
    {
        for (var number = 0; number < messages; number++)
            await pump.OnMessageAsync(MessageKind.Text, Trade);
    }

    private static double Median<T>(List<T> values, Func<T, double> of) => values.Select(of).Order().ElementAt(values.Count / 2);

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, $"--{name}") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
