using Akka.Actor;

namespace Akka.Embedded.Tests.Stress;

/// <summary>Loads of any size on a system of real threads, counted. Each method returns what went wrong, an empty text when nothing did. Shared with the benchmarks, which run them at full size on either Akka.</summary>
internal static class CountedLoad
{
    private const int Senders = 4;
    private const int Receivers = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Two threads and two actors tell four actors so many messages; between each two nothing is lost, doubled or overtaken.</summary>
    public static async Task<string> Tells(ActorSystem system, int count)
    {
        var each = count / (Senders * Receivers);
        var receivers = Enumerable.Range(0, Receivers).Select(_ => system.ActorOf(Props.Create(() => new Receiver(each)))).ToArray();
        var verdicts = receivers.Select(receiver => receiver.Ask<string>(new AwaitAll(), Deadline)).ToArray();

        for (var sender = 0; sender < Senders; sender++)
        {
            var numbers = new Numbers(sender, each, receivers);
            if (sender % 2 == 0)
                new Thread(() => { while (numbers.TellNext()) { } }).Start();
            else
                system.ActorOf(Props.Create(() => new Teller(numbers))).Tell(new GoOn());
        }

        return string.Join(" ", (await Task.WhenAll(verdicts)).Where(verdict => verdict != Receiver.Complete));
    }

    /// <summary>So many actors start, each answers once, and each stops once.</summary>
    public static string Actors(ActorSystem system, int count)
    {
        using var answered = new CountdownEvent(count);
        using var stopped = new CountdownEvent(count);
        var props = Props.Create(() => new Countable(answered, stopped));

        var actors = Enumerable.Range(0, count).Select(_ => system.ActorOf(props)).ToArray();
        foreach (var actor in actors)
            actor.Tell("count", ActorRefs.NoSender);
        if (!answered.Wait(Deadline))
            return $"{answered.CurrentCount} of {count} actors did not answer.";
        foreach (var actor in actors)
            system.Stop(actor);

        return stopped.Wait(Deadline) ? "" : $"{stopped.CurrentCount} of {count} actors did not stop.";
    }

    /// <summary>Of so many timers each second one is cancelled and never fires; the others fire once, and not before their time.</summary>
    public static string Timers(ActorSystem system, int count)
    {
        var fired = new int[count];
        var early = 0;
        using var due = new CountdownEvent((count + 1) / 2);
        var scheduler = system.Scheduler;

        for (var armed = 0; armed < count; armed++)
        {
            var number = armed;
            var delay = TimeSpan.FromMilliseconds(200 + number % 2000);
            var from = scheduler.MonotonicClock;
            var cancelable = scheduler.Advanced.ScheduleOnceCancelable(delay, () =>
            {
                if (scheduler.MonotonicClock - from < delay)
                    Interlocked.Increment(ref early);
                if (Interlocked.Increment(ref fired[number]) == 1 && number % 2 == 0)
                    due.Signal();
            });
            if (number % 2 == 1)
                cancelable.Cancel();
        }

        if (!due.Wait(Deadline))
            return $"{due.CurrentCount} of {count} timers did not fire.";
        var wrong = Enumerable.Range(0, count).Count(number => fired[number] != (number + 1) % 2);
        return wrong == 0 && early == 0 ? "" : $"{wrong} of {count} timers fired twice or after they were cancelled, {early} too early.";
    }

    private sealed record Numbered(int Sender, int Number);

    private sealed record GoOn;

    private sealed record AwaitAll;

    /// <summary>What one sender tells: to each receiver the numbers from zero on.</summary>
    private sealed class Numbers(int sender, int each, IActorRef[] receivers)
    {
        private int _next;

        public bool TellNext()
        {
            foreach (var receiver in receivers)
                receiver.Tell(new Numbered(sender, _next), ActorRefs.NoSender);
            return ++_next < each;
        }
    }

    private sealed class Teller(Numbers numbers) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (numbers.TellNext())
                Self.Tell(message);
        }
    }

    private sealed class Receiver(int each) : UntypedActor
    {
        public const string Complete = "";

        private readonly int[] _next = new int[Senders];
        private int _complete;
        private IActorRef _asker = ActorRefs.Nobody;

        protected override void OnReceive(object message)
        {
            if (message is AwaitAll)
                _asker = Sender;
            else if (message is Numbered(var sender, var number))
                Count(sender, number);
        }

        private void Count(int sender, int number)
        {
            var due = _next[sender]++;
            if (number != due)
                _asker.Tell($"Of sender {sender} number {number} came where {due} was due.");
            else if (_next[sender] == each && ++_complete == Senders)
                _asker.Tell(Complete);
        }
    }

    private sealed class Countable(CountdownEvent answered, CountdownEvent stopped) : UntypedActor
    {
        protected override void OnReceive(object message) => answered.Signal();

        protected override void PostStop()
        {
            if (!stopped.IsSet)
                stopped.Signal();
        }
    }
}
