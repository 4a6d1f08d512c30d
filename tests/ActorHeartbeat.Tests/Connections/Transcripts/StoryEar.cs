using ActorHeartbeat.Connections;
using ActorHeartbeat.Governor;
using Akka.Actor;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>Stands for the receivers of the actor's messages and records each message in the order of sending.</summary>
internal sealed class StoryEar(IActorRefProvider provider)
{
    private readonly Lock _lock = new();

    public List<(string Verb, string Detail)> Heard { get; } = [];

    /// <summary>The states that the actor entered.</summary>
    public List<ConnectionState> Entered { get; } = [];

    /// <summary>The number of the last permit request.</summary>
    public long Request { get; private set; }

    public void Happened(string verb, string detail)
    {
        lock (_lock)
            Heard.Add((verb, detail));
    }

    public void HasEntered(ConnectionState state)
    {
        lock (_lock)
            Entered.Add(state);
    }

    public IActorRef As(string name) => new Reference(name, provider, this);

    private void Hear(object message)
    {
        switch (message)
        {
            case RequestPermit ask:
                Request = ask.Request;
                Happened(ask.OrRefuse ? "ask for a permit or a refusal" : "ask for a permit", $"{ask.Request}, {ask.Host}");
                break;
            case CancelRequest:
                Happened("leave the queue", "");
                break;
            case ReturnPermit:
                Happened("return the permit", "");
                break;
            case ConnectionReleased:
                Happened("release the connection", "");
                break;
            case PauseScope pause:
                Happened($"pause the {pause.Scope.ToString().ToLowerInvariant()}", $"{pause.Key} for {StoryView.Text(pause.For)}");
                break;
            default:
                HearReport(message);
                break;
        }
    }

    private void HearReport(object message)
    {
        switch (message)
        {
            case ConnectionChanged { Status: var status, Cause: var cause, RetryIn: var retryIn }:
                Happened(
                    "report",
                    status.State.Name()
                        + (retryIn is { } wait ? $", retry in {StoryView.Text(wait)}" : "")
                        + (cause is null ? "" : $": {cause.FullDetail}"));
                break;
            case RotationDue:
                Happened("ask for a successor", "");
                break;
            case SuccessorReady:
                Happened("offer to take over", "");
                break;
            case TookOver:
                Happened("take over", "");
                break;
            case SuccessorFailed failed:
                Happened("give the rotation up", failed.Cause.Detail);
                break;
            case ConnectionFailed failed:
                Happened("give up", failed.Cause.Detail);
                break;
            case Akka.Event.Error { Cause: { } cause }:
                Happened("fail", cause.Message);
                break;
            case SendResult result:
                Happened($"answer {result.Status.ToString().ToLowerInvariant()}", result.Why);
                break;
        }
    }

    private sealed class Reference(string name, IActorRefProvider provider, StoryEar ear) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.RootPath / "temp" / name;

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender) => ear.Hear(message);
    }
}
