using System.Text;
using System.Text.Json;

namespace ActorHeartbeat.TestKit;

/// <summary>Sends numbered messages to one client at a fixed rate.</summary>
internal sealed class FeedTicker(FeedClient client, TickSettings settings, FeedLedger ledger, TimeProvider time)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    private readonly string _name = JsonEncodedText.Encode(client.Name).ToString();
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    /// <summary>Starts unless it runs. Called by the client's pump only.</summary>
    public void Start()
    {
        if (settings.Rate <= 0 || _stop is not null)
            return;
        _stop = new CancellationTokenSource();
        _running = RunAsync(_stop.Token);
    }

    /// <summary>Stops; the last tick has been sent when this completes. Called by the client's pump only.</summary>
    public async Task StopAsync()
    {
        if (_stop is not { } stop)
            return;
        _stop = null;
        await stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var (start, sent) = (time.GetTimestamp(), 0L);
            while (!stop.IsCancellationRequested)
            {
                var elapsed = time.GetElapsedTime(start);
                var next = TimeSpan.FromSeconds((sent + 1) / settings.Rate);
                if (client.IsSilenced)
                    (start, sent) = (time.GetTimestamp(), 0L);
                else if (next <= elapsed)
                {
                    await SendAsync(ledger.NextTick(client.Name)).ConfigureAwait(false);
                    sent++;
                    continue;
                }
                var pause = next - elapsed;
                // A bare delay: the server has no actors.
                await Task.Delay(pause < ShortestPause ? ShortestPause : pause, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping is how every ticker ends.
        }
    }

    private Task SendAsync(long number)
    {
        var text =
            client.Path.Path == FeedPath.InstantMessages
                ? $$"""{"ResultCode":0,"DeviceID":"{{_name}}","ErrorMsg":"","Command":"tick","ResultData":{"""
                    + $"\"connection\":{client.Connection},\"seq\":{number}}}}}"
                : $$"""{"type":"tick","name":"{{_name}}","connection":{{client.Connection}},"seq":{{number}}}""";
        // Padding is white space after the object: the JSON stays the same.
        var payload = Encoding.UTF8.GetBytes(text.PadRight(settings.Size));
        return client.SendAsync(settings.Binary ? Frame.Binary(payload) : new Frame(Opcode.Text, payload));
    }
}
