using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>The endpoints of a simulated world and their groups, and the changes that an operator makes to them.</summary>
/// <param name="random">Decides all but the keys.</param>
/// <param name="keys">Decides the keys.</param>
internal sealed class Fleet(Random random, Random keys)
{
    public const int Size = 50;

    /// <summary>
    /// The number of endpoints that may share a group with few connections: at least one for each of them, never two for all.
    /// </summary>
    private const int Scarce = 8;

    /// <summary>
    /// Every endpoint with a multiple of this number uses the same host, so that a pause of that host concerns all of them.
    /// </summary>
    private const int Together = 5;

    /// <summary>The name of a group that only some configurations have.</summary>
    private const string Guest = "guest";

    private readonly Dictionary<string, GroupSettings> _groups = new()
    {
        ["scarce"] = new()
        {
            Name = "scarce",
            ConnectRate = new Rate(30, TimeSpan.FromMinutes(1)),
            ConnectBurst = 3,
            MaxConnections = Scarce + 3,
        },
        ["slow"] = new()
        {
            Name = "slow",
            ConnectRate = new Rate(60, TimeSpan.FromMinutes(5)),
            ConnectBurst = 6,
            Priority = 1,
            SendRate = new Rate(3, TimeSpan.FromSeconds(1)),
        },
    };

    private SupervisorSettings _supervisor = new()
    {
        ConnectRate = new Rate(5, TimeSpan.FromSeconds(1)),
        ConnectBurst = 10,
        MaxConnecting = 20,
        StartSpread = TimeSpan.FromSeconds(20),
    };

    /// <summary>The settings that all endpoints share, as configured now.</summary>
    public Budgets Budgets => new(_supervisor, new ValueMap<GroupSettings>(_groups));

    public List<EndpointSettings> Endpoints { get; } = [];

    public void Found()
    {
        for (var index = 0; index < Size; index++)
            Endpoints.Add(Draw(index));
    }

    /// <summary>Removes, adds or changes a few endpoints, and sometimes changes the shared settings.</summary>
    public void Change()
    {
        if (random.Next(2) == 0)
            ChangeBudgets();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var place = random.Next(Endpoints.Count);
            var settings = Endpoints[place];
            switch (random.Next(10))
            {
                case 0:
                    Endpoints.RemoveAt(place);
                    break;
                case 1 when Missing() is { } index:
                    Endpoints.Add(Draw(index));
                    break;
                case 2:
                    Endpoints[place] = settings with { Url = new Uri(settings.Url, $"/{settings.Id}/{random.Next(1000)}") };
                    break;
                case 3:
                    Endpoints[place] = settings with { Heartbeat = DrawHeartbeat() };
                    break;
                case 4:
                    Endpoints[place] = settings with { Enabled = !settings.Enabled };
                    break;
                case 5:
                    Endpoints[place] = settings with { Group = DrawGroup(NumberOf(settings.Id)) };
                    break;
                case 6:
                    Endpoints[place] = settings with { MaxAge = DrawRotation() };
                    break;
                case 7:
                    Endpoints[place] = settings with { Urls = DrawUrls(settings.Id.Value), Outcomes = DrawOutcomes() };
                    break;
                case 8:
                    Endpoints[place] = settings with { Send = DrawSend() };
                    break;
                default:
                    Endpoints[place] = settings with { Backoff = DrawBackoff() };
                    break;
            }
        }
    }

    /// <summary>Changes the keys of an endpoint's subscription, or the words in which it asks for them.</summary>
    public void ChangeKeys(int index, bool isRephrased)
    {
        if (Endpoints.FindIndex(endpoint => NumberOf(endpoint.Id) == index) is not (>= 0 and var place))
            return;
        Endpoints[place] = isRephrased
            ? KeyWords.Rephrase(Endpoints[place], index, keys)
            : KeyWords.OtherKeys(Endpoints[place], index, keys);
    }

    private void ChangeBudgets()
    {
        switch (random.Next(5))
        {
            case 0:
                _supervisor = _supervisor with
                {
                    ConnectRate = new Rate(random.Next(2, 10), TimeSpan.FromSeconds(1)),
                    ConnectBurst = random.Next(1, 20),
                    MaxConnecting = random.Next(5, 30),
                };
                break;
            case 1:
                _supervisor = _supervisor with
                {
                    PerHost = new HostSettings { ConnectRate = random.Next(3) == 0 ? null : DrawRate(), ConnectBurst = random.Next(1, 10) },
                };
                break;
            case 2:
                _groups["scarce"] = _groups["scarce"] with
                {
                    ConnectRate = DrawRate(),
                    ConnectBurst = random.Next(1, 6),
                    MaxConnections = random.Next(Scarce, 2 * Scarce),
                };
                break;
            case 3:
                _groups["slow"] = _groups["slow"] with
                {
                    ConnectRate = random.Next(4) == 0 ? null : DrawRate(),
                    ConnectBurst = random.Next(1, 10),
                    Priority = random.Next(-1, 3),
                };
                break;
            default:
                if (!_groups.Remove(Guest))
                    _groups[Guest] = new GroupSettings
                    {
                        Name = Guest,
                        ConnectRate = DrawRate(),
                        ConnectBurst = random.Next(1, 10),
                        Priority = random.Next(-1, 3),
                    };
                for (var place = 0; place < Endpoints.Count; place++)
                {
                    if (Endpoints[place].Group == Guest || random.Next(10) == 0)
                        Endpoints[place] = Endpoints[place] with { Group = DrawGroup(NumberOf(Endpoints[place].Id)) };
                }
                break;
        }
    }

    private Rate DrawRate() => new(random.Next(10, 60), TimeSpan.FromMinutes(1));

    private int? Missing()
    {
        var index = random.Next(Size);
        return Endpoints.Exists(endpoint => NumberOf(endpoint.Id) == index) ? null : index;
    }

    public static int NumberOf(EndpointId id) => int.Parse(id.Value.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);

    private EndpointSettings Draw(int index) => KeyWords.Draw(
        new()
        {
            Id = new EndpointId($"e{index}"),
            Url = new Uri($"ws://{(index % Together == 0 ? "shared" : $"e{index}")}.test/e{index}"),
            Urls = DrawUrls($"e{index}"),
            Outcomes = DrawOutcomes(),
            Send = DrawSend(),
            Enabled = random.Next(20) != 0,
            Group = DrawGroup(index),
            Heartbeat = DrawHeartbeat(),
            Backoff = DrawBackoff(),
            MaxAge = DrawRotation(),
            Flap = random.Next(4) == 0 ? new FlapSettings(5, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)) : null,
            OnOpen =
                random.Next(4) == 0
                    ? [new DialogueStep(OutboundMessage.Text("hello"), new MessagePattern.Text("welcome"), TimeSpan.FromSeconds(5))]
                    : [],
            Timeouts = new TimeoutSettings { DataIdle = random.Next(5) == 0 ? new DataIdleSettings(TimeSpan.FromMinutes(30)) : null },
        },
        index,
        keys);

    private string? DrawGroup(int index) => random.Next(4) switch
    {
        not 0 when index < Scarce => "scarce",
        1 => "slow",
        2 when _groups.ContainsKey(Guest) => Guest,
        _ => null,
    };

    private HeartbeatSettings DrawHeartbeat()
    {
        var text = random.Next(3) == 0;
        return new HeartbeatSettings
        {
            Mode = text ? HeartbeatMode.Text : HeartbeatMode.Ping,
            Send = text ? OutboundMessage.Text("ping") : null,
            Expect = text ? new MessagePattern.Text("pong") : null,
            When = random.Next(3) == 0 ? HeartbeatWhen.Always : HeartbeatWhen.Idle,
            Interval = TimeSpan.FromSeconds(random.Next(60, 300)),
            Timeout = random.Next(3) == 0 ? null : TimeSpan.FromSeconds(random.Next(2, 20)),
            MaxMissed = random.Next(1, 4),
            Strict = random.Next(3) == 0,
            Reply = new HeartbeatReply(new MessagePattern.Text(SimulatedNetwork.Question), OutboundMessage.Text("here")),
            MaxSilence = random.Next(4) == 0 ? TimeSpan.FromMinutes(10) : null,
        };
    }

    private BackoffSettings DrawBackoff() => new()
    {
        Initial = TimeSpan.FromMilliseconds(random.Next(200, 3000)),
        Max = TimeSpan.FromSeconds(random.Next(20, 120)),
        Multiplier = 1.2 + random.NextDouble(),
        Jitter = random.Next(3) switch { 0 => Jitter.Full, 1 => Jitter.Equal, _ => Jitter.None },
        ResetAfter = TimeSpan.FromSeconds(random.Next(10, 120)),
        MaxAttempts = random.Next(6) == 0 ? random.Next(5, 40) : null,
    };

    private ValueList<Uri> DrawUrls(string id) => random.Next(3) switch
    {
        0 => [new Uri($"ws://{id}.backup.test/"), new Uri("ws://shared.test/backup")],
        _ => [],
    };

    /// <summary>Draws the default table, sometimes behind rules that choose another URL or give up.</summary>
    private OutcomeSettings DrawOutcomes() => random.Next(3) != 0 ? OutcomeSettings.Default : OutcomeSettings.Default with
    {
        Rules =
        [
            new OutcomeRule { HttpStatus = [500, 502], Then = OutcomeAction.NextUrl },
            new OutcomeRule { CloseCode = [3000], Then = OutcomeAction.Stop },
            new OutcomeRule { Failure = [FailureLayer.Tcp], Then = OutcomeAction.NextUrl },
            .. OutcomeSettings.Default.Rules,
        ],
    };

    private SendSettings DrawSend() => new()
    {
        WhileDown = random.Next(2) == 0 ? SendWhileDown.Queue : SendWhileDown.Fail,
        TimeToLive = TimeSpan.FromSeconds(random.Next(5, 300)),
    };

    private RotationSettings? DrawRotation() =>
        random.Next(3) == 0
            ? new RotationSettings(TimeSpan.FromHours(1 + random.Next(6)), 0.3, TimeSpan.FromSeconds(random.Next(1, 20)))
            : null;
}
