using ActorHeartbeat.Hosting;
using ActorHeartbeat.Scheduling;
using ActorHeartbeat.Supervision;
using ActorHeartbeat.TestKit;
using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorHeartbeat.Tests.Scheduling;

public class LeanMailboxTests
{
    private static readonly IActorRef Nobody = ActorRefs.Nobody;

    [Fact]
    public void Messages_come_out_in_their_order()
    {
        var queue = new LeanMailbox.Queue();
        Assert.False(queue.HasMessages);
        Assert.False(queue.TryDequeue(out _));

        foreach (var number in Enumerable.Range(0, 100))
            queue.Enqueue(Nobody, new Envelope(number, Nobody));

        Assert.True(queue.HasMessages);
        Assert.Equal(100, queue.Count);
        Assert.Equal(Enumerable.Range(0, 100), All(queue).Cast<int>());
        Assert.False(queue.HasMessages);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task What_many_threads_add_comes_out_whole_and_each_in_its_order()
    {
        const int Writers = 4, Each = 50_000;
        var queue = new LeanMailbox.Queue();
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var number = 0; number < Each; number++)
                queue.Enqueue(Nobody, new Envelope((writer, number), Nobody));
        })).ToArray();
        var next = new int[Writers];
        for (var taken = 0; taken < Writers * Each;)
        {
            if (!queue.TryDequeue(out var envelope))
            {
                Assert.False(taken == Writers * Each);
                await Task.Yield();
                continue;
            }
            var (writer, number) = ((int, int))envelope.Message;
            Assert.Equal(next[writer]++, number);
            taken++;
        }
        await Task.WhenAll(writing);

        Assert.False(queue.HasMessages);
    }

    [Fact]
    public void A_message_that_was_taken_is_not_held()
    {
        var queue = new LeanMailbox.Queue();
        var taken = EnqueueAndTake(queue);

        GC.Collect();

        Assert.False(taken.TryGetTarget(out _));
        GC.KeepAlive(queue);
    }

    [Fact]
    public void What_is_left_of_an_actor_goes_to_the_dead_letters()
    {
        var (queue, dead) = (new LeanMailbox.Queue(), new UnboundedMessageQueue());
        queue.Enqueue(Nobody, new Envelope(1, Nobody));
        queue.Enqueue(Nobody, new Envelope(2, Nobody));

        queue.CleanUp(Nobody, dead);

        Assert.Equal([1, 2], All(dead).Cast<int>());
        Assert.False(queue.HasMessages);
    }

    [Fact]
    public async Task The_actors_of_connections_have_it_and_no_other_actor()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("lean", akka => akka.WithConnectionSupervisor(options =>
        {
            options.Dialer = new ScriptedNetwork();
            options.Add("one", "ws://feeds.example/one");
        }));
        using var host = builder.Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var supervisor = host.Services.GetRequiredService<IRequiredActor<ConnectionSupervisor>>().ActorRef;
        await supervisor.Ask<EndpointList>(GetEndpoints.Instance, TimeSpan.FromSeconds(10));

        var connection = await system.ActorSelection("/user/connections/one-*").ResolveOne(TimeSpan.FromSeconds(10));

        Assert.IsType<LeanMailbox.Queue>(QueueOf(connection));
        Assert.IsNotType<LeanMailbox.Queue>(QueueOf(supervisor));
        await host.StopAsync();
    }

    private static IMessageQueue QueueOf(IActorRef actor) => ((ActorCell)((ActorRefWithCell)actor).Underlying).Mailbox!.MessageQueue;

    private static WeakReference<object> EnqueueAndTake(LeanMailbox.Queue queue)
    {
        var message = new object();
        queue.Enqueue(Nobody, new Envelope(message, Nobody));
        queue.TryDequeue(out _);
        return new WeakReference<object>(message);
    }

    private static List<object> All(IMessageQueue queue)
    {
        var all = new List<object>();
        while (queue.TryDequeue(out var envelope))
            all.Add(envelope.Message);
        return all;
    }
}
