using System.Text;

namespace ActorHeartbeat.TestKit;

/// <summary>Watches one client for the server: sends pings and questions, and removes a client that does not answer them.</summary>
internal sealed class FeedPatrol(FeedClient client, FeedServerOptions options)
{
    private readonly bool _asks = client.Path.Dialect == FeedDialect.Asks;
    private long _lastPing = options.Time.GetTimestamp();
    private long _lastAsk = options.Time.GetTimestamp();
    private long _pings;
    private int _pingOutstanding;
    private int _unanswered;

    /// <summary>The send that is under way; at most one, so that a client that reads nothing blocks no other client.</summary>
    public Task Sending { get; private set; } = Task.CompletedTask;

    public void Heard() => Volatile.Write(ref _pingOutstanding, 0);

    public void Answered() => Volatile.Write(ref _unanswered, 0);

    /// <summary>Called periodically by the server's patrol, never twice at a time.</summary>
    public void Check()
    {
        if (options.PingInterval is { } interval)
            CheckPing(interval);
        if (_asks)
            CheckQuestion();
    }

    private void CheckPing(TimeSpan interval)
    {
        var sincePing = options.Time.GetElapsedTime(_lastPing);
        if (Volatile.Read(ref _pingOutstanding) != 0)
        {
            if (sincePing >= options.PingTimeout)
                client.RemoveAsDead();
        }
        else if (sincePing >= interval && Sending.IsCompleted && !client.IsSilenced)
        {
            _lastPing = options.Time.GetTimestamp();
            Volatile.Write(ref _pingOutstanding, 1);
            Sending = client.SendAsync(Frame.Ping(Encoding.ASCII.GetBytes($"feed-{++_pings}")));
        }
    }

    private void CheckQuestion()
    {
        if (options.Time.GetElapsedTime(_lastAsk) < options.AskInterval || !Sending.IsCompleted || client.IsSilenced)
            return;
        if (Volatile.Read(ref _unanswered) >= options.MaxUnansweredAsks)
        {
            client.RemoveAsUnanswering();
            return;
        }
        _lastAsk = options.Time.GetTimestamp();
        Interlocked.Increment(ref _unanswered);
        Sending = client.SendTextAsync(FeedReaction.Question);
    }
}
