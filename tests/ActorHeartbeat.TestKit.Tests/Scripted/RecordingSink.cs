using System.Buffers.Binary;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.TestKit.Tests;

/// <summary>Writes down every call in words, in order.</summary>
internal sealed class RecordingSink : IConnectionSink
{
    public List<string> Calls { get; } = [];

    /// <summary>What a message's handling waits for.</summary>
    public Func<Task> Work { get; set; } = () => Task.CompletedTask;

    public LimitSettings Limits { get; set; } = new();

    public ReadOnlyMemory<byte> LastPayload { get; private set; }

    public void OnActivity() => Calls.Add("activity");

    public ValueTask OnMessageAsync(MessageKind kind, ReadOnlyMemory<byte> payload)
    {
        LastPayload = payload;
        Calls.Add($"{kind} {Encoding.UTF8.GetString(payload.Span)}");
        return new ValueTask(Work());
    }

    public void OnPong(ReadOnlySpan<byte> payload) =>
        Calls.Add(payload.Length == sizeof(long) ? $"pong {BinaryPrimitives.ReadInt64BigEndian(payload)}" : $"pong of {payload.Length} B");

    public void OnEnded(ConnectionEnd end) => Calls.Add($"ended {end.CloseCode} {end.Reason} {(end.WasClean ? "clean" : "unclean")}".Replace("  ", " "));
}
