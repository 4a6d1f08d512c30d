using System.Globalization;

namespace ActorHeartbeat.Connections;

/// <summary>What a message that goes out comes from. It becomes a text only where a tap listens.</summary>
/// <param name="Room">Such as <c>on-open, step</c>.</param>
/// <param name="Name">A name behind it, without a blank between; null for none.</param>
/// <param name="Number">A number behind it, counted from 1; 0 for none.</param>
internal readonly record struct Speaker(string Room, string? Name = null, int Number = 0)
{
    public static readonly Speaker Consumer = new("consumer"), Heartbeat = new("heartbeat"), Goodbye = new("on-close");

    public static Speaker Step(int index) => new("on-open, step", Number: index + 1);

    public static Speaker KeepAlive(string name) => new("keep-alives.", name);

    public static Speaker Subscription(string key) => new("subscription ", key);

    /// <param name="rule">Its place among those of on-message, from 1; 0 for the short form of the heartbeat.</param>
    public static Speaker Reply(int rule) => rule > 0 ? new("reply of on-message, rule", Number: rule) : new("heartbeat.reply");

    public override string ToString() => Room + Name + (Number > 0 ? string.Create(CultureInfo.InvariantCulture, $" {Number}") : "");
}
