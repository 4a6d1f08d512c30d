using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Supervision;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorHeartbeat.Benchmarks.Soak;

/// <summary>The endpoints of a soak in this process. Compares what their connections did with the faults that were caused.</summary>
internal sealed class SoakFleet : IAsyncDisposable
{
    public static readonly HeartbeatSettings Heartbeat = new()
    {
        Interval = TimeSpan.FromSeconds(5),
        Timeout = TimeSpan.FromSeconds(5),
        MaxMissed = 2,
    };

    private static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly Endpoint[] _endpoints;

    private readonly IActorRef _supervisor;

    private SoakFleet(IHost host, IActorRef supervisor, Endpoint[] endpoints) =>
        (_host, _supervisor, _endpoints) = (host, supervisor, endpoints);

    public int Count => _endpoints.Length;

    /// <summary>The number of endpoints that are connected.</summary>
    public int Open => _endpoints.Count(endpoint => endpoint.Now.Status?.State is ConnectionState.Open or ConnectionState.AwaitingPong);

    /// <summary>The heartbeats answered at all endpoints.</summary>
    public long Answered => _endpoints.Sum(endpoint => endpoint.Now.Figures.HeartbeatsAnswered);

    /// <summary>How often <see cref="LookAsync"/> found newly missed heartbeats at an endpoint without a fault.</summary>
    public int Missed { get; private set; }

    /// <summary>The dials beyond the first and beyond those that faults explain.</summary>
    public long FalseReconnects => _endpoints.Sum(endpoint => Math.Max(0, endpoint.Now.Figures.Dials - endpoint.Explained));

    public static async Task<SoakFleet> StartAsync(int count, Uri server)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("soak", akka => akka.WithConnectionSupervisor(options =>
        {
            for (var number = 0; number < count; number++)
                options.Add(NameOf(number), new Uri(server, $"/ticker?name={NameOf(number)}&rate=0.2").ToString(), Configure);
        }));
        var host = builder.Build();
        await host.StartAsync();
        var supervisor = host.Services.GetRequiredService<IRequiredActor<ConnectionSupervisor>>().ActorRef;
        var list = await supervisor.Ask<EndpointList>(GetEndpoints.Instance, AskDeadline);
        return new SoakFleet(host, supervisor, [.. list.Endpoints.Select(endpoint => new Endpoint(endpoint))]);
    }

    /// <summary>Picks open endpoints without a fault at random and marks them as having one.</summary>
    /// <param name="random">The source of the random choice.</param>
    /// <param name="count">The most endpoints to pick.</param>
    /// <param name="dials">The number of dials per endpoint that the fault explains.</param>
    public string[] Take(Random random, int count, int dials)
    {
        var taken = new List<string>();
        for (var tries = 0; tries < 4 * count && taken.Count < count; tries++)
        {
            var endpoint = _endpoints[random.Next(_endpoints.Length)];
            if (endpoint.IsTaken || endpoint.Now.Status is not { State: ConnectionState.Open })
                continue;
            (endpoint.IsTaken, endpoint.Explained) = (true, endpoint.Explained + dials);
            taken.Add(endpoint.Now.Id.Value);
        }
        return [.. taken];
    }

    /// <summary>Returns those of the endpoints that have dialed as often as their faults explain.</summary>
    public string[] ThatDialed(IEnumerable<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. _endpoints
                .Where(endpoint => wanted.Contains(endpoint.Now.Id.Value) && endpoint.Now.Figures.Dials >= endpoint.Explained)
                .Select(endpoint => endpoint.Now.Id.Value),
        ];
    }

    /// <summary>
    /// Counts missed heartbeats at endpoints without a fault, and releases endpoints that have recovered from their fault.
    /// </summary>
    public async Task LookAsync()
    {
        var now = (await _supervisor.Ask<EndpointList>(GetEndpoints.Instance, AskDeadline)).Endpoints.ToDictionary(endpoint => endpoint.Id);
        foreach (var endpoint in _endpoints)
        {
            endpoint.Now = now[endpoint.Now.Id];
            if (endpoint.IsTaken
                && endpoint.Now.Figures.Dials >= endpoint.Explained
                && endpoint.Now.Status is { State: ConnectionState.Open })
                endpoint.IsTaken = false;
            var missed = endpoint.Now.Status?.Missed ?? 0;
            if (!endpoint.IsTaken && missed > endpoint.Missed)
                Missed++;
            endpoint.Missed = missed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static string NameOf(int number) => $"feed-{number:D5}";

    private static EndpointSettings Configure(EndpointSettings settings) => settings with
    {
        Proxy = ProxySettings.None,
        Heartbeat = Heartbeat,
        Backoff = new BackoffSettings { Initial = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(4), Jitter = Jitter.Equal },
        // No rules: two faults in a row at one endpoint are chance, and status 503 leads to normal backoff.
        Outcomes = new OutcomeSettings([], OutcomeAction.Retry),
    };

    private sealed class Endpoint(EndpointSnapshot first)
    {
        /// <summary>The latest snapshot.</summary>
        public EndpointSnapshot Now { get; set; } = first;

        /// <summary>The number of explained dials: the first, and those of faults.</summary>
        public long Explained { get; set; } = 1;

        public bool IsTaken { get; set; }

        /// <summary>The heartbeats missed in a row in the latest snapshot.</summary>
        public int Missed { get; set; }
    }
}
