using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Supervision;
using Akka.Actor;

namespace ActorHeartbeat.Simulation.Tests;

/// <summary>
/// The users of the connections: they send messages, also while an endpoint is down, and they subscribe, read and unsubscribe.
/// </summary>
internal sealed class Consumers(ActorSystem system, IActorRef supervisor, FeedRegistry feeds, Invariants invariants)
{
    private const int MostReaders = 20;

    private readonly Queue<Reader> _readers = new();
    private long _sends, _answers;

    /// <summary>
    /// Sends a message. Every message must be answered; after <c>Queued</c>
    /// a second answer must follow when the message is sent or given up.
    /// </summary>
    public void Send(EndpointId endpoint, OutboundMessage message)
    {
        _sends++;
        supervisor.Tell(new SendTo(endpoint, message), system.ActorOf(Props.Create<Sender>((Action)Answered)));
    }

    public void ComeOrGo(EndpointId endpoint, int capacity)
    {
        if (_readers.Count == MostReaders)
            _readers.Dequeue().Subscription.Dispose();
        _readers.Enqueue(new Reader(endpoint, feeds.Subscribe(endpoint, new SubscriptionOptions { Capacity = 1 + (capacity * 8) })));
    }

    /// <summary>Reads all waiting events of every reader: their numbers are contiguous, or a gap says which are missing.</summary>
    public void Read()
    {
        foreach (var reader in _readers)
        {
            while (reader.Subscription.TryRead(out var happened))
            {
                if (!happened.IsNumbered)
                    continue;
                if (reader.LastSeq is { } last && happened.FirstSeq != last + 1)
                    invariants.Broken(
                        null, $"8: a reader of {reader.Endpoint} got {happened} from {happened.FirstSeq} on after number {last}");
                reader.LastSeq = happened.Seq;
            }
        }
    }

    /// <summary>Checks the totals once no message is under way.</summary>
    public void Settle()
    {
        Read();
        if (_answers != _sends)
            invariants.Broken(null, $"9 (sends): {_sends} messages were to be sent, {_answers} of them have an answer");
    }

    private void Answered() => _answers++;

    private sealed record Reader(EndpointId Endpoint, FeedSubscription Subscription)
    {
        public long? LastSeq { get; set; }
    }

    private sealed class Sender(Action answered) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is SendResult { Status: SendStatus.Queued })
                return;
            answered();
            Context.Stop(Self);
        }
    }
}
