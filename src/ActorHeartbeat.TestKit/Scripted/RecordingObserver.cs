using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit;

/// <summary>Replaces the code above a dialer: records every call as text, in order. For one connection at a time.</summary>
public sealed class RecordingObserver : IConnectionObserver
{
    /// <summary>
    /// The calls so far: <c>activity</c>, <c>Text 42</c> or <c>Binary ...</c> (the payload as UTF-8), <c>pong 7</c>, or <c>pong of 3 B</c>
    /// when the payload is no eight-byte number, <c>ended 1012 restart clean</c>. Read it when no callback can be under way.
    /// </summary>
    public List<string> Calls { get; } = [];

    /// <summary>Returns the task that the handling of a message waits for; completed by default.</summary>
    public Func<Task> Work { get; set; } = () => Task.CompletedTask;

    /// <summary>The limits that the connection reads; the library's defaults unless set.</summary>
    public LimitSettings Limits { get; set; } = new();

    /// <summary>
    /// The payload of the last message as it was lent, not a copy: overwritten when its handler completes. Empty before the first.
    /// </summary>
    public ReadOnlyMemory<byte> LastPayload { get; private set; }

    public void OnActivity() => Calls.Add("activity");

    public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload)
    {
        LastPayload = payload;
        Calls.Add($"{kind} {Encoding.UTF8.GetString(payload.Span)}");
        return new ValueTask(Work());
    }

    public void OnPong(ReadOnlySpan<byte> payload) =>
        Calls.Add(PingPayload.Id(payload) is { } id ? $"pong {id}" : $"pong of {payload.Length} B");

    public void OnEnded(ConnectionEnd end) =>
        Calls.Add($"ended {end.CloseCode} {end.Reason} {(end.WasClean ? "clean" : "unclean")}".Replace("  ", " "));
}
