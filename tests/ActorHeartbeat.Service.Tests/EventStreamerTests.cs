using System.IO.Pipelines;
using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Events;
using Microsoft.Extensions.Time.Testing;

namespace ActorHeartbeat.Service.Tests;

/// <summary>A stream of events as its reader gets it, byte for byte.</summary>
public sealed class EventStreamerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _pipe = new(new PipeOptions(useSynchronizationContext: false));
    private readonly CancellationTokenSource _gone = new();
    private readonly Feed _feed;
    private readonly FeedSubscription _subscription;
    private readonly FeedWriter _writer;
    private readonly Task _streaming;

    public EventStreamerTests()
    {
        var feeds = new FeedRegistry(_time);
        var id = new EndpointId("line");
        _feed = feeds.GetOrAdd(id, new LimitSettings());
        _subscription = feeds.Subscribe(id, new SubscriptionOptions { IncludeState = false });
        _writer = _feed.Begin();
        _streaming = new EventStreamer(_time).Run(_subscription, new SseFormat(null), _pipe.Writer, _gone.Token);
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _gone.Dispose();
    }

    [Fact]
    public async Task A_stream_that_is_quiet_from_one_look_to_the_next_is_kept_alive_and_one_with_events_is_not()
    {
        _time.Advance(EventStreamer.Look);
        Assert.Equal(": keep-alive\n\n", await ReadAsync());

        await _writer.PublishAsync(MessageKind.Text, "one"u8.ToArray());
        Assert.Contains("\"text\":\"one\"", await ReadAsync(), StringComparison.Ordinal);
        _time.Advance(EventStreamer.Look); // it was not quiet
        await _writer.PublishAsync(MessageKind.Text, "two"u8.ToArray());
        var next = await ReadAsync();

        Assert.Contains("\"text\":\"two\"", next, StringComparison.Ordinal);
        Assert.DoesNotContain("keep-alive", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_the_stream()
    {
        await _gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _streaming.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_drained_feed_ends_the_stream_behind_its_last_event()
    {
        await _writer.PublishAsync(MessageKind.Text, "last"u8.ToArray());
        _feed.Drain("shutting down");

        await _streaming.WaitAsync(Patience);
        var read = await ReadAsync();

        Assert.Contains("\"text\":\"last\"", read, StringComparison.Ordinal);
        Assert.Contains("shutting down", read, StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        var read = await _pipe.Reader.ReadAsync(deadline.Token);
        var text = Encoding.UTF8.GetString(read.Buffer);
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
