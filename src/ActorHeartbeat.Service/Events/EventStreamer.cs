using System.IO.Pipelines;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>Writes a subscription to a response, no faster than the reader takes it.</summary>
internal sealed class EventStreamer(TimeProvider time)
{
    /// <summary>
    /// How often a stream is looked at. A reader hears of one that is quiet within two of these: sooner than any common proxy gives it up.
    /// </summary>
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(7.5);

    /// <summary>Bytes to write before a flush, while there is more to write.</summary>
    private const int FlushAt = 32 * 1024;

    /// <summary>Returns when the stream has ended or the reader is gone.</summary>
    public async Task Run(FeedSubscription subscription, EventFormat format, PipeWriter output, CancellationToken gone)
    {
        var quiet = new QuietWatch(subscription);
        await using var looking = time.CreateTimer(_ => quiet.Look(), null, Look, Look);
        await output.FlushAsync(gone); // the reader sees the headers before the first event
        do
        {
            if (!await WriteWhatIsThere(subscription, format, output, quiet, gone))
                return;
        }
        while (await subscription.WaitToReadAsync(gone));
    }

    private static async ValueTask<bool> WriteWhatIsThere(
        FeedSubscription subscription, EventFormat format, PipeWriter output, QuietWatch quiet, CancellationToken gone)
    {
        while (subscription.TryRead(out var feedEvent))
        {
            quiet.Heard();
            try
            {
                format.Write(output, feedEvent);
            }
            catch (ArgumentOutOfRangeException)
            {
                // Kestrel's writer gives no room any more when the reader has gone.
                if ((await output.FlushAsync(gone)).IsCompleted)
                    return false;
                throw;
            }
            if (output.UnflushedBytes >= FlushAt && (await output.FlushAsync(gone)).IsCompleted)
                return false;
        }
        if (quiet.IsOver())
            format.WriteKeepAlive(output);
        return !(await output.FlushAsync(gone)).IsCompleted;
    }
}
