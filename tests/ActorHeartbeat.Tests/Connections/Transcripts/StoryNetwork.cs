using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.TestKit;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Tests.Connections.Transcripts;

/// <summary>A scripted network that reports every call as it happens.</summary>
internal sealed class StoryNetwork(ScriptedNetwork network, Action<string, string> happened, Func<bool> hasUnread) : IDialer
{
    public async Task<DialResult> DialAsync(DialRequest request, IConnectionObserver observer, CancellationToken cancellation)
    {
        happened("dial", request.Url.Host);
        await using var givingUp = cancellation.Register(() => happened("give the dial up", ""));
        var result = await network.DialAsync(request, observer, cancellation).ConfigureAwait(false);
        return result is DialResult.Connected connected
            ? new DialResult.Connected(new Told(connected.Connection, happened, hasUnread))
            : result;
    }

    private sealed class Told(IConnection connection, Action<string, string> happened, Func<bool> hasUnread) : IConnection
    {
        public bool HasUnread => hasUnread();

        public string? Subprotocol => connection.Subprotocol;

        public void Start()
        {
            happened("read", "");
            connection.Start();
        }

        public ValueTask<SendStatus> SendAsync(OutboundMessage message)
        {
            happened("send", Encoding.UTF8.GetString(message.Payload.Span));
            return connection.SendAsync(message);
        }

        public bool TryPing(long id)
        {
            happened("ping", $"{id}");
            return connection.TryPing(id);
        }

        public void Close(int code, string reason)
        {
            happened("close", $"{code} {reason}");
            connection.Close(code, reason);
        }

        public void Abort()
        {
            happened("abort", "");
            connection.Abort();
        }
    }
}
