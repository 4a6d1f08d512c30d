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

/// <summary>The endpoints of a soak in this process, and what became of their connections against what was done to them.</summary>
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

    /// <summary>Endpoints that are connected.</summary>
    public int Open => _endpoints.Count(endpoint => endpoint.Now.Status?.State is ConnectionState.Open or ConnectionState.AwaitingPong);

    /// <summary>Heartbeats answered, over all.</summary>
    public long Answered => _endpoints.Sum(endpoint => endpoint.Now.Figures.HeartbeatsAnswered);

    /// <summary>Heartbeats missed by endpoints to which nothing had been done; counted by <see cref="LookAsync"/>.</summary>
    public int Missed { get; private set; }

    /// <summary>Dials beyond the first and those that a fault explains.</summary>
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

    /// <summary>Endpoints that are well and to which nothing is being done, at random; they are now the fault's.</summary>
    /// <param name="random">Who chooses.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="dials">How many dials the fault explains for each.</param>
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

    /// <summary>Those among them that have dialed as often as their fault explains.</summary>
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
    /// Counts what is missed by those to which nothing was done, and frees those that a fault has let go and that are well again.
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
        // Two faults in a row at the same endpoint are chance, and 503 is answered by backoff.
        Outcomes = new OutcomeSettings([], OutcomeAction.Retry),
    };

    private sealed class Endpoint(EndpointSnapshot first)
    {
        /// <summary>As it was seen last.</summary>
        public EndpointSnapshot Now { get; set; } = first;

        /// <summary>The first dial, and those that faults explain.</summary>
        public long Explained { get; set; } = 1;

        public bool IsTaken { get; set; }

        /// <summary>Heartbeats in a row that were missed when it was seen last.</summary>
        public int Missed { get; set; }
    }
}
