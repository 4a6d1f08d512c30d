using System.Diagnostics.Metrics;
using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Policies;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.Telemetry;

namespace ActorHeartbeat.Tests.Supervision;

/// <summary>What a listener of the meter sees of endpoints.</summary>
public class MeterTests : SupervisorSpec
{
    private static readonly ValueMap<SubscriptionSettings> Trades = new([KeyValuePair.Create("trades", new SubscriptionSettings
    {
        ForEach = ["BTC", "ETH", "SOL"],
        Send = MessageTemplate.Text("sub @{each}"),
        Expect = new MessagePattern.Text("ok @{each}"),
        Reject = new MessagePattern.Text("no @{each}"),
    })]);

    [Fact]
    public void Keys_of_subscriptions_are_counted_by_state_while_their_endpoint_is_supervised()
    {
        Apply(Endpoint("metered") with { Subscriptions = Trades }, Endpoint("plain"));
        AwaitStates(("metered", "open"), ("plain", "open"));
        AwaitAssert(() => Assert.Equal(3, Network.Connection(Id("metered")).SentText.Count));

        Network.Connection(Id("metered")).DeliverText("ok BTC");
        Network.Connection(Id("metered")).DeliverText("no ETH");
        Assert.Equal(["trades accepted 1", "trades asked 1", "trades refused 1"], Keys("metered"));
        Assert.Empty(Keys("plain"));

        Command(new RemoveEndpoint(Id("metered")));
        AwaitAssert(() => Assert.Empty(Keys("metered")));
    }

    [Fact]
    public void A_supervisor_that_has_ended_measures_nothing()
    {
        Apply(Endpoint("ended") with { Subscriptions = Trades });
        AwaitStates(("ended", "open"));
        Assert.NotEmpty(Keys("ended"));

        Watch(Supervisor);
        Sys.Stop(Supervisor);
        ExpectTerminated(Supervisor);

        Assert.Empty(Keys("ended"));
    }

    [Fact]
    public void Endpoints_beyond_the_bound_are_counted_together()
    {
        using var meter = new EndpointMeter();
        for (var number = 0; number < EndpointMeter.MostEndpoints + 2; number++)
        {
            var settings = Endpoint($"many{number}") with { Subscriptions = Trades };
            var plane = new EndpointPlane(settings, Feeds.GetOrAdd(settings.Id, settings.Limits));
            plane.Subscriptions = new ConnectionSubscriptions(
                settings,
                new Conversation(
                    new SchedulerClock(Sys.Scheduler), settings, 1, 1, SplitMix.For(1, "a"), Session.Empty,
                    ConversationExtensions.Default),
                new SchedulerClock(Sys.Scheduler),
                SplitMix.For(1, "b"),
                plane,
                ValueMap<KeySession>.Empty);
            meter.Add(settings.Id, plane);
        }

        Assert.Equal(["trades wanted 3"], Keys("many0"));
        Assert.Equal(["trades wanted 6"], Keys(EndpointMeter.Other));
        Assert.Empty(Keys($"many{EndpointMeter.MostEndpoints}"));
    }

    /// <summary>What is there of an endpoint, as subscription, state and count.</summary>
    private static List<string> Keys(string endpoint)
    {
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, on) =>
            {
                if (instrument is { Meter.Name: EndpointMeter.Name, Name: "actorheartbeat.subscription.keys" })
                    on.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((_, count, tags, _) =>
        {
            var named = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
            if (named["endpoint"] == endpoint && count != 0)
                seen.Add($"{named["subscription"]} {named["state"]} {count}");
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. seen.Order()];
    }
}
