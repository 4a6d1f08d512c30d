using ActorHeartbeat.Connections;
using ActorHeartbeat.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorHeartbeat.Supervision;

/// <summary>
/// Answers, for its supervisor, the messages that were lost with a connection's actor or came while
/// that actor waited for its restart: they become dead letters. The dead letters of the whole
/// system come here, so that a flood of unrelated ones does not delay the supervisor's commands.
/// </summary>
internal sealed class LostSends : UntypedActor
{
    public static readonly SendResult Refusal = new(SendStatus.Refused, "its connection's actor has failed and starts again");

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void OnReceive(object message)
    {
        if (message is DeadLetter { Message: SendMessage { By: { } by } } lost && by.Equals(Context.Parent))
            lost.Sender.Tell(Refusal);
    }
}
