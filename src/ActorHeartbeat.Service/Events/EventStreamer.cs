using System.IO.Pipelines;
using ActorHeartbeat.Feeds;

namespace ActorHeartbeat.Service.Events;

/// <summary>Writes a subscription to a response, no faster than the reader takes it.</summary>
internal sealed class EventStreamer(TimeProvider time)
{
    /// <summary>Shorter than the idle limit of every common proxy.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Bytes to write before a flush, while there is more to write.</summary>
    private const int FlushAt = 32 * 1024;

    /// <summary>Returns when the stream has ended or the reader is gone.</summary>
    public async Task Run(FeedSubscription subscription, EventFormat format, PipeWriter output, CancellationToken gone)
    {
        Task<bool>? more = null;
        await output.FlushAsync(gone); // the reader sees the headers before the first event
        while (true)
        {
            if (!await WriteWhatIsThere(subscription, format, output, gone))
                return;
            more ??= subscription.WaitToReadAsync(gone).AsTask();
            await ((Task)more).WaitAsync(KeepAlive, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!more.IsCompleted && !gone.IsCancellationRequested)
            {
                format.WriteKeepAlive(output);
                continue;
            }
            if (!await more)
                return;
            more = null;
        }
    }

    private static async ValueTask<bool> WriteWhatIsThere(
        FeedSubscription subscription, EventFormat format, PipeWriter output, CancellationToken gone)
    {
        while (subscription.TryRead(out var feedEvent))
        {
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
        return !(await output.FlushAsync(gone)).IsCompleted;
    }
}
