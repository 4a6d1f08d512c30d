using System.Diagnostics.Metrics;
using System.Globalization;
using ActorHeartbeat.Benchmarks.Delivery;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Telemetry;
using ActorHeartbeat.Transport;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace ActorHeartbeat.Benchmarks.Telemetry;

/// <summary>
/// Measures what metrics cost: a scrape of many endpoints over loopback, what the instruments alone take to read the endpoints, and a
/// message of 128 bytes with and without a listener. Options: <c>--endpoints N --limit N --messages N --rounds N</c>.
/// </summary>
public static class MetricsBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly SupervisorSettings Unpaced = new()
    {
        StartSpread = TimeSpan.Zero,
        ConnectRate = new Rate(100_000, TimeSpan.FromSeconds(1)),
        ConnectBurst = 100_000,
        MaxConnecting = 100_000,
        PerHost = new HostSettings { ConnectBurst = 100_000 },
    };

    public static async Task<int> Run(string[] args)
    {
        var (endpoints, limit) = (Option(args, "endpoints", 10_000), Option(args, "limit", 1000));
        var (messages, rounds) = (Option(args, "messages", 3_000_000), Option(args, "rounds", 5));
        await MessagesAsync(messages, rounds);
        foreach (var (count, most) in new[] { (limit, limit), (endpoints, limit), (endpoints, endpoints) })
            await ScrapeAsync(count, most, rounds);
        return 0;
    }

    /// <summary>A message with a listener beside one without, in turns.</summary>
    private static async Task MessagesAsync(int messages, int rounds)
    {
        var (plain, heard) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var without = await MessageAsync(messages);
            using var listener = Listener();
            var with = await MessageAsync(messages);
            if (round < 0)
                continue;
            plain.Add(without);
            heard.Add(with);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a message without a listener {Median(plain):0.000} us, with one {Median(heard):0.000} us: "
                + $"x {Median(heard) / Median(plain):0.00}"));
    }

    private static async Task<double> MessageAsync(int messages)
    {
        var dialer = new OpenDialer();
        using var system = Create();
        await StartAsync(system, dialer, 1, new MeterSettings());
        var pump = await dialer.Observer.WaitAsync(Patience);
        await DeliverAsync(pump, messages / 10);
        var begun = TimeProvider.System.GetTimestamp();
        await DeliverAsync(pump, messages);
        var took = TimeProvider.System.GetElapsedTime(begun).TotalMicroseconds / messages;
        await system.Terminate();
        return took;
    }

    private static async Task ScrapeAsync(int endpoints, int limit, int rounds)
    {
        var settings = new MeterSettings { EndpointLimit = limit };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(MeterSettings.Name)
            .AddView(instrument => instrument is Histogram<double>
                ? null
                : new MetricStreamConfiguration { CardinalityLimit = settings.MostSeries(instrument.Name) })
            .AddPrometheusExporter(prometheus =>
            {
                prometheus.ScopeInfoEnabled = false;
                prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
            }));
        await using var application = builder.Build();
        application.MapPrometheusScrapingEndpoint();
        await application.StartAsync();
        using var system = Create();
        await StartAsync(system, new ManyDialer(), endpoints, settings);
        using var client = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
        while (!(await client.GetStringAsync("/metrics")).Contains($"_count{{state=\"open\"}} {endpoints}\n", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        var (times, allocated, text) = (new List<double>(), new List<double>(), "");
        for (var round = -1; round < rounds; round++)
        {
            var (begun, before) = (TimeProvider.System.GetTimestamp(), GC.GetTotalAllocatedBytes(precise: true));
            text = await client.GetStringAsync("/metrics");
            if (round < 0)
                continue;
            times.Add(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds);
            allocated.Add((GC.GetTotalAllocatedBytes(precise: true) - before) / 1024d / 1024);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a scrape of {endpoints} endpoints, limit {limit}: {Median(times):0.0} ms, {text.Length / 1024} KiB, "
                + $"{text.Split('\n').Count(line => line.Length > 0 && line[0] != '#')} series, {Median(allocated):0.0} MiB allocated; "
                + $"the instruments read in {Readings(rounds).Min():0.0} ms at best"));
        await system.Terminate();
    }

    /// <summary>What all instruments take together to read the endpoints, without anything that is done with it.</summary>
    private static List<double> Readings(int rounds)
    {
        using var listener = Listener();
        var times = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var begun = TimeProvider.System.GetTimestamp();
            listener.RecordObservableInstruments();
            if (round >= 0)
                times.Add(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds);
        }
        return times;
    }

    private static ActorSystem Create() => ActorSystem.Create(
        "metrics", ConfigurationFactory.ParseString("akka.loglevel = ERROR").WithFallback(DedicatedThreadScheduler.Configuration));

    private static Task StartAsync(ActorSystem system, IDialer dialer, int endpoints, MeterSettings meter)
    {
        var dependencies = new SupervisorDependencies(dialer, new SecretAttemptResolver(), new FeedRegistry(TimeProvider.System))
        {
            Meter = meter,
        };
        var supervisor = system.ActorOf(ConnectionSupervisor.Props(dependencies), "connections");
        var settings = Enumerable.Range(0, endpoints).Select(number => new EndpointSettings
        {
            Id = new EndpointId($"venue-{number}"),
            Url = new Uri($"ws://feed{number}.test/"),
        });
        return supervisor.Ask<ConfigurationApplied>(
            new ApplyConfiguration([.. settings], ValueMap<GroupSettings>.Empty, Unpaced), Patience);
    }

    private static async Task DeliverAsync(IConnectionObserver pump, int messages)
    {
        var payload = new byte[128];
        for (var number = 0; number < messages; number++)
        {
            pump.OnActivity();
            await pump.OnMessageAsync(MessageKind.Binary, payload);
        }
    }

    private static MeterListener Listener()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, on) =>
            {
                if (instrument.Meter.Name == MeterSettings.Name)
                    on.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<int>((_, _, _, _) => { });
        listener.Start();
        return listener;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, $"--{name}") is >= 0 and var at
            ? int.Parse(args[at + 1].Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>A connection of its own for each dial.</summary>
    private sealed class ManyDialer : IDialer
    {
        public Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation) =>
            new OpenDialer().DialAsync(request, observer, cancellation);
    }
}
