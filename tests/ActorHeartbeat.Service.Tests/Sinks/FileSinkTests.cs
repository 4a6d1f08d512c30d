using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHeartbeat.Service.Tests.Sinks;

public sealed class FileSinkTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sink");
    private readonly FeedRegistry _registry = new(TimeProvider.System, "run1");
    private readonly Feed _feed;

    public FileSinkTests() => _feed = _registry.GetOrAdd(new EndpointId("venue"), new LimitSettings());

    private string FilePath => Path.Combine(_directory.FullName, "feeds.ndjson");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Every_event_becomes_one_line_with_its_payload_as_received()
    {
        var running = Start();
        var writer = _feed.Begin();
        Publish(writer, "{\"p\":\"a\nb\"}");
        await writer.PublishAsync(MessageKind.Binary, new byte[] { 0, 255 });
        writer.End("reset");
        _feed.Begin().Opened();
        _feed.StateChanged(new FeedState(FeedState.Paused, "by hand"));
        await StopAsync(running);

        var lines = ReadEvents(FilePath);

        Assert.Equal(["text", "binary", "gap", "state", "drain"], lines.Select(line => line.GetProperty("type").GetString()));
        Assert.Equal(("{\"p\":\"a\nb\"}", "AP8="), (Text(lines[0], "text"), Text(lines[1], "base64")));
        Assert.Equal(
            ("run1", "venue", 1, 1L),
            (
                Text(lines[0], "instance"),
                Text(lines[0], "endpoint"),
                lines[0].GetProperty("epoch").GetInt32(),
                lines[0].GetProperty("seq").GetInt64()));
        var gap = lines[2].GetProperty("gap");
        Assert.Equal(
            ("disconnected", 3L, 2L, "reset"),
            (Text(gap, "reason"), gap.GetProperty("from").GetInt64(), gap.GetProperty("lastSeq").GetInt64(), Text(gap, "cause")));
        Assert.False(gap.TryGetProperty("to", out _));
        Assert.Equal(("paused", "by hand"), (Text(lines[3], "state"), Text(lines[3], "cause")));
        Assert.Equal("done", Text(lines[4], "reason"));
    }

    [Theory]
    [InlineData("{\"instance\":\"run0\"}\n{\"instance\":\"ru", 20)]
    [InlineData("{\"instance\":\"run0\"}\n{\"ins", 20)]
    [InlineData("{\"instance\":\"ru", 0)]
    [InlineData("{\"instance\":\"run0\"}\n", 20)]
    public async Task A_partial_line_from_a_crash_is_cut_off_before_anything_is_written(string left, int kept)
    {
        await File.WriteAllTextAsync(FilePath, left);

        var running = Start();
        Publish(_feed.Begin(), "a");
        await StopAsync(running);

        var text = await File.ReadAllTextAsync(FilePath);
        Assert.Equal(left[..kept], text[..kept]);
        Assert.Equal(3 + (kept > 0 ? 1 : 0), ReadLines(FilePath).Count);
    }

    [Fact]
    public async Task A_long_torn_line_is_cut_off_too()
    {
        await File.WriteAllTextAsync(FilePath, "{\"instance\":\"run0\"}\n{\"instance\":\"" + new string('x', 200_000));

        var running = Start();
        await StopAsync(running);

        Assert.Equal(3, ReadLines(FilePath).Count);
    }

    [Fact]
    public async Task A_full_disk_is_reported_hurts_no_feed_and_leaves_a_gap_and_only_whole_lines()
    {
        using var disk = new SmallDisk(FilePath, quota: 5_000);
        var sink = new FileSink(_registry, Settings with { Queue = 100 }, new ImpatientTime(), NullLogger<FileSink>.Instance, disk.Open);
        var running = sink.RunAsync(null, default, default);
        var writer = _feed.Begin();

        var published = 0;
        while (sink.Failure is null)
            Publish(writer, $"{++published}");
        for (var more = 0; more < 10_000; more++)
            Publish(writer, $"{++published}");
        Assert.Equal("the disk is full", sink.Failure);
        disk.Quota = long.MaxValue;
        await StopAsync((sink, running));

        var (last, lost) = Account(ReadEvents(FilePath).SkipLast(1));
        Assert.Equal(published, last);
        Assert.Equal(_feed.Dropped, lost);
        Assert.InRange(lost, 1, long.MaxValue);
        Assert.Null(sink.Failure);
    }

    [Fact]
    public async Task A_sink_that_an_endpoint_disconnects_at_the_bound_comes_back_and_goes_on_after_a_gap()
    {
        _feed.Configure(new LimitSettings { Overflow = OverflowPolicy.Disconnect, Replay = 10 });
        using var disk = new SmallDisk(FilePath, quota: 5_000);
        var sink = new FileSink(_registry, Settings with { Queue = 100 }, new ImpatientTime(), NullLogger<FileSink>.Instance, disk.Open);
        var running = sink.RunAsync(null, default, default);
        var writer = _feed.Begin();

        var published = 0;
        while (sink.Failure is null)
            Publish(writer, $"{++published}");
        for (var more = 0; more < 200; more++)
            Publish(writer, $"{++published}");
        disk.Quota = long.MaxValue;
        await UntilAsync(() => File.ReadAllText(FilePath) is var text
            && text.EndsWith('\n') // otherwise it is being written
            && text.Contains($"\"seq\":{published},", StringComparison.Ordinal));
        Publish(writer, $"{++published}");
        await StopAsync((sink, running));

        var (last, lost) = Account(ReadEvents(FilePath).SkipLast(1));
        Assert.Equal(published, last);
        Assert.InRange(lost, 1, long.MaxValue);
    }

    [Fact]
    public async Task Nothing_is_lost_where_the_endpoint_pauses_for_a_sink()
    {
        _feed.Configure(new LimitSettings { Overflow = OverflowPolicy.PauseReading });
        using var disk = new SmallDisk(FilePath, quota: 5_000);
        var sink = new FileSink(_registry, Settings with { Queue = 100 }, new ImpatientTime(), NullLogger<FileSink>.Instance, disk.Open);
        var running = sink.RunAsync(null, default, default);
        var writer = _feed.Begin();

        var published = 0;
        var pump = Task.CompletedTask;
        while (pump.IsCompleted)
            pump = writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes($"{++published}")).AsTask();
        await UntilAsync(() => sink.Failure is not null);
        disk.Quota = long.MaxValue;
        await pump.WaitAsync(Deadline);
        await StopAsync((sink, running));

        Assert.Equal((published, 0), Account(ReadEvents(FilePath).SkipLast(1)));
    }

    /// <summary>The last number of lines without a hole, and how many events gaps stand for.</summary>
    private static (long Last, long Lost) Account(IEnumerable<JsonElement> lines)
    {
        var (next, lost) = (1L, 0L);
        foreach (var line in lines)
        {
            var isGap = line.TryGetProperty("gap", out var gap);
            Assert.Equal(next, isGap ? gap.GetProperty("from").GetInt64() : line.GetProperty("seq").GetInt64());
            lost += isGap ? line.GetProperty("seq").GetInt64() - next + 1 : 0;
            next = line.GetProperty("seq").GetInt64() + 1;
        }
        return (next - 1, lost);
    }

    [Fact]
    public async Task A_file_that_is_large_enough_is_set_aside_and_the_oldest_are_deleted()
    {
        var rotate = new FileRotationSettings { Size = 1, Keep = 2 };
        var sink = new FileSink(_registry, Settings with { Rotate = rotate }, TimeProvider.System, NullLogger<FileSink>.Instance);
        var running = sink.RunAsync(null, default, default);
        var writer = _feed.Begin();

        for (var count = 1; count <= 5; count++)
        {
            Publish(writer, $"message {count}");
            await UntilAsync(() => sink.LinesWritten == count);
        }
        await StopAsync((sink, running));

        var files = _directory.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(3, files.Length);
        Assert.Equal("feeds.ndjson", files[^1]);
        Assert.Equal(
            ["message 4", "message 5"], files[..2].Select(name => Text(ReadEvents(Path.Combine(_directory.FullName, name))[0], "text")));
    }

    [Fact]
    public async Task A_sink_stops_when_cancelled_even_though_the_disk_is_full_and_leaves_no_part_of_a_line()
    {
        using var disk = new SmallDisk(FilePath, quota: 20);
        using var cancellation = new CancellationTokenSource();
        var sink = new FileSink(_registry, Settings, TimeProvider.System, NullLogger<FileSink>.Instance, disk.Open);
        var running = sink.RunAsync(null, default, cancellation.Token);
        Publish(_feed.Begin(), "a");
        await UntilAsync(() => sink.Failure is not null);

        await cancellation.CancelAsync();

        await running.WaitAsync(Deadline);
        Assert.Equal(0, new FileInfo(FilePath).Length);
        Assert.Equal(0, _registry.Subscribers);
    }

    [Fact]
    public async Task A_sink_that_leaves_first_writes_the_events_that_wait_for_the_disk()
    {
        using var disk = new SmallDisk(FilePath, quota: 20);
        using var leaving = new CancellationTokenSource();
        var sink = new FileSink(_registry, Settings, new ImpatientTime(), NullLogger<FileSink>.Instance, disk.Open);
        var running = sink.RunAsync(null, leaving.Token, default);
        var writer = _feed.Begin();
        Publish(writer, "a");
        await UntilAsync(() => sink.Failure is not null);
        Publish(writer, "b");
        Publish(writer, "c");

        await leaving.CancelAsync();
        Assert.False(running.IsCompleted);
        disk.Quota = long.MaxValue;

        await running.WaitAsync(Deadline);
        Assert.Equal(["a", "b", "c"], ReadEvents(FilePath).Select(line => Text(line, "text")));
        Assert.Equal(0, _registry.Subscribers);
    }

    [Fact]
    public async Task A_sink_that_is_removed_from_the_configuration_first_writes_the_waiting_events()
    {
        const int count = 10_000;
        using var host = new SinkHost([Settings], _registry, TimeProvider.System, NullLoggerFactory.Instance);
        await host.StartAsync(default);
        var writer = _feed.Begin();

        var padding = new string(' ', 4096); // long lines, so that the writer falls behind
        for (var number = 1; number <= count; number++)
            Publish(writer, $"{padding}{number}");
        host.Apply([]);
        Assert.Empty(host.Sinks);
        await host.StopAsync(default);

        Assert.Equal(
            Enumerable.Range(1, count).Select(number => $"{number}"), ReadEvents(FilePath).Select(line => Text(line, "text")!.TrimStart()));
    }

    private SinkSettings Settings => new() { Name = "main", Path = FilePath };

    private (FileSink Sink, Task Running) Start()
    {
        var sink = new FileSink(_registry, Settings, TimeProvider.System, NullLogger<FileSink>.Instance);
        return (sink, sink.RunAsync(null, default, default));
    }

    private async Task StopAsync((FileSink Sink, Task Running) started)
    {
        _registry.Drain("done");
        await started.Running.WaitAsync(Deadline);
    }

    private static void Publish(FeedWriter writer, string text) =>
        Assert.True(writer.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes(text)).IsCompletedSuccessfully);

    private static List<JsonElement> ReadLines(string path)
    {
        var text = File.ReadAllText(path);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
    }

    private static List<JsonElement> ReadEvents(string path) => ReadLines(path).FindAll(line => Text(line, "type") != "start");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!holds())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Shortens every delay to a millisecond.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }

    /// <summary>A file on a disk with limited space. Like a full disk, it takes the part of a write that fits and then fails.</summary>
    private sealed class SmallDisk(string path, long quota) : IDisposable
    {
        private readonly FileStream _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 0);

        public long Quota { get; set; } = quota;

        public Stream Open(string _) => new QuotaStream(this, _file);

        public void Dispose() => _file.Dispose();

        private sealed class QuotaStream(SmallDisk disk, FileStream file) : Stream
        {
            public override bool CanRead => true;

            public override bool CanSeek => true;

            public override bool CanWrite => true;

            public override long Length => file.Length;

            public override long Position { get => file.Position; set => file.Position = value; }

            public override void Write(byte[] buffer, int offset, int count)
            {
                var fits = (int)Math.Min(count, Math.Max(0, disk.Quota - file.Position));
                file.Write(buffer, offset, fits);
                if (fits < count)
                    throw new IOException("the disk is full");
            }

            public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

            public override void SetLength(long value) => file.SetLength(value);

            public override void Flush() => file.Flush();

            public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);
        }
    }
}
