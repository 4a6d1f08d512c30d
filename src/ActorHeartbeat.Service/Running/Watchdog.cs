using Akka.Actor;

namespace ActorHeartbeat.Service.Running;

/// <summary>Answers on the dispatcher that all actors share: an answer shows that they run.</summary>
internal sealed class Watchdog : ReceiveActor
{
    public Watchdog() => Receive<AreYouAlive>(_ => Sender.Tell(Alive.Instance));

    public sealed record AreYouAlive : INoSerializationVerificationNeeded
    {
        public static readonly AreYouAlive Instance = new();
    }

    public sealed record Alive : INoSerializationVerificationNeeded
    {
        public static readonly Alive Instance = new();
    }
}
