using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Tests.Supervision;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Tests.Hosting;

/// <summary>The questions and commands of an embedding service, and how refusals and silence are returned.</summary>
public sealed class ConnectionsClientTests : SupervisorSpec
{
    private static readonly CommandResult Accepted = new(CommandOutcome.Accepted);
    private static readonly CommandResult Unknown = new(CommandOutcome.UnknownEndpoint, "there is no endpoint x");

    [Fact]
    public async Task Commands_and_questions_are_answered_with_values()
    {
        var client = new ConnectionsClient(Supervisor);

        Assert.Equal(Accepted, await client.AddAsync(Saying(Endpoint("a"))));
        AwaitStates(("a", "open"));

        Assert.Equal("a", Assert.Single(await client.GetEndpointsAsync()).Id.Value);
        Assert.Equal("open", (await client.GetEndpointAsync(Id("a")))?.State);
        Assert.NotEmpty(await client.GetTransitionsAsync(Id("a")));
        Assert.Equal(Id("a"), (await client.GetPlaceAsync(Id("a"))).Endpoint);
        Assert.Equal(new SendResult(SendStatus.Sent, ""), await client.SendAsync(Id("a"), OutboundMessage.Text("hello")));
        Assert.Equal(Accepted, await client.SubscribeAsync(Id("a"), "said", "key"));
        Assert.Equal(Accepted, await client.UnsubscribeAsync(Id("a"), "said", "key"));
        Assert.Equal(Accepted, await client.ReconfigureAsync(Endpoint("a") with { CloseCode = 4000 }));
        Assert.Equal(Accepted, await client.PauseAsync(Id("a")));
        Assert.Equal(Accepted, await client.ResumeAsync(Id("a")));
        Assert.Equal(Accepted, await client.RemoveAsync(Id("a")));
    }

    [Fact]
    public async Task A_tap_listens_before_the_first_dial_and_ends_with_its_endpoint()
    {
        var client = new ConnectionsClient(Supervisor);
        Apply(Endpoint("a") with { Enabled = false }, Endpoint("b") with { Enabled = false });

        using var removed = await client.TapAsync(Id("a"));
        using var drained = await client.TapAsync(Id("b"));
        using var left = await client.TapAsync(Id("b"));
        Assert.Null(await client.TapAsync(Id("x")));
        await client.ResumeAsync(Id("b"));
        AwaitStates(("a", "paused"), ("b", "open"));
        left!.Dispose();
        await client.RemoveAsync(Id("a"));
        Assert.Equal(new Drained(0), await client.DrainAsync("over", TimeSpan.FromMinutes(1)));

        Assert.Empty(await removed!.Lines.ReadAllAsync().ToArrayAsync());
        var lines = (await drained!.Lines.ReadAllAsync().ToArrayAsync()).Select(line => line.Text).ToArray();
        Assert.Equal(["connection 1: dialing ws://b.test", "connected", "open", "closed by us: 1001 Going Away"], lines.Take(4));
        Assert.Equal(lines.Take(3), (await left.Lines.ReadAllAsync().ToArrayAsync()).Select(line => line.Text));
    }

    [Fact]
    public async Task A_supervisor_that_has_ended_needs_no_drain()
    {
        var client = new ConnectionsClient(Supervisor);
        Watch(Supervisor);
        Sys.Stop(Supervisor);
        ExpectTerminated(Supervisor);

        var drained = await client.DrainAsync("over", TimeSpan.FromHours(1)).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(new Drained(0), drained);
    }

    [Fact]
    public async Task A_refusal_is_a_value_with_its_reason()
    {
        var client = new ConnectionsClient(Supervisor);
        await client.AddAsync(Endpoint("off") with { Enabled = false });

        Assert.Equal(Unknown, await client.PauseAsync(Id("x")));
        Assert.Null(await client.GetEndpointAsync(Id("x")));
        Assert.Empty(await client.GetTransitionsAsync(Id("x")));
        Assert.Equal(
            new SendResult(SendStatus.Refused, "there is no endpoint x"),
            await client.SendAsync(Id("x"), OutboundMessage.Text("hello")));
        Assert.Equal(new CommandResult(CommandOutcome.Refused, "off exists already"), await client.AddAsync(Endpoint("off")));
        Assert.Equal(CommandOutcome.Refused, (await client.RefreshAsync(Id("off"))).Outcome);
        Assert.Equal(CommandOutcome.Refused, (await client.RotateAsync(Id("off"))).Outcome);
        Assert.Equal(CommandOutcome.Refused, (await client.CloseAsync(Id("off"), 1005, "")).Outcome);
    }

    [Fact]
    public async Task Applying_a_configuration_returns_its_changes()
    {
        var client = new ConnectionsClient(Supervisor);

        var applied = await client.ApplyAsync(new ApplyConfiguration([Endpoint("a")], ValueMap<GroupSettings>.Empty, NoSpread));

        Assert.Equal(new ConfigurationApplied(new EndpointChanges([Id("a")], [], [], 0), ConfigurationApplied.FirstRevision), applied);
        Assert.Equal(new Drained(0), await client.DrainAsync("over", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_supervisor_that_does_not_answer_ends_in_a_timeout_and_a_cancelled_question_in_its_cancellation()
    {
        var client = new ConnectionsClient(CreateTestProbe()) { Deadline = TimeSpan.FromMilliseconds(1) };
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<AskTimeoutException>(() => client.GetEndpointsAsync());
        await Assert.ThrowsAsync<AskTimeoutException>(() => client.PauseAsync(Id("a")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ConnectionsClient(CreateTestProbe()).GetEndpointAsync(Id("a"), cancelled.Token));
    }

    [Fact]
    public async Task A_supervisor_that_does_not_start_ends_in_a_timeout()
    {
        var client = new ConnectionsClient(new Never()) { Deadline = TimeSpan.FromMilliseconds(1) };

        var late = await Assert.ThrowsAsync<AskTimeoutException>(() => client.GetEndpointsAsync());

        Assert.Contains("has not started", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_gets_the_client_from_its_container()
    {
        var network = new ScriptedNetwork();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAkka("client", akka => akka
            .AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF }", HoconAddMode.Append)
            .WithConnectionSupervisor(options =>
            {
                options.Dialer = network;
                options.Add("a", "ws://a.test");
            }));
        builder.Services.AddConnectionsClient();
        using var host = builder.Build();
        await host.StartAsync();

        var client = host.Services.GetRequiredService<ConnectionsClient>();

        Assert.Equal(Id("a"), Assert.Single(await client.GetEndpointsAsync()).Id);
        await host.StopAsync();
    }

    private sealed class Never : IRequiredActor<ConnectionSupervisor>
    {
        public IActorRef ActorRef => throw new InvalidOperationException("not started");

        public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => new TaskCompletionSource<IActorRef>().Task;
    }
}
