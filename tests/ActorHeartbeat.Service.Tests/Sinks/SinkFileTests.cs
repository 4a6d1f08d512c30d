using System.Text;
using System.Text.Json;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Feeds;
using ActorHeartbeat.Service.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHeartbeat.Service.Tests.Sinks;

/// <summary>
/// A sink keeps its file through whatever happens to the name: the file is
/// set aside, removed, shortened, another program's, or wanted by two sinks.
/// </summary>
public sealed class SinkFileTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sinkfile");
    private readonly FeedRegistry _registry = new(TimeProvider.System, "run1");
    private readonly FeedWriter _feed;

    public SinkFileTests() => _feed = _registry.GetOrAdd(new EndpointId("venue"), new LimitSettings()).Begin();

    private string FilePath => In("feeds.ndjson");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_moved_file_is_replaced_by_a_new_one_and_no_event_is_lost()
    {
        var (sink, running) = Start();
        await PublishAsync(sink, "a");
        File.Move(FilePath, In("aside"));

        await PublishAsync(sink, "b");
        await StopAsync(running);

        Assert.Equal(["start started", "text a"], Lines(In("aside")));
        Assert.Equal(["start moved run1 venue=1", "text b", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task A_file_created_in_place_of_the_moved_one_is_continued()
    {
        var (sink, running) = Start();
        await PublishAsync(sink, "a");
        File.Move(FilePath, In("aside"));
        await File.WriteAllTextAsync(FilePath, "");

        await PublishAsync(sink, "b");
        await StopAsync(running);

        Assert.Equal(["start moved run1 venue=1", "text b", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task A_removed_file_is_replaced_by_a_new_one()
    {
        var (sink, running) = Start();
        await PublishAsync(sink, "a");
        File.Delete(FilePath);

        await PublishAsync(sink, "b");
        await StopAsync(running);

        Assert.Equal(["start removed run1 venue=1", "text b", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task A_truncated_file_continues_from_its_start_and_names_the_last_numbers_that_were_in_it()
    {
        var (sink, running) = Start();
        await PublishAsync(sink, "a");
        await using (var truncated = new FileStream(FilePath, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
            await truncated.FlushAsync();

        await PublishAsync(sink, "b");
        await StopAsync(running);

        Assert.Equal(["start truncated run1 venue=1", "text b", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task Lines_appended_by_another_program_stay_and_ours_follow_on_new_lines()
    {
        var (sink, running) = Start();
        await PublishAsync(sink, "a");
        await using (var foreign = new FileStream(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            foreign.Seek(0, SeekOrigin.End);
            await foreign.WriteAsync("{\"type\":\"text\",\"text\":\"theirs\"}"u8.ToArray());
        }

        await PublishAsync(sink, "b");
        await StopAsync(running);

        Assert.Equal(["start started", "text a", "text theirs", "text b", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task A_sink_without_events_releases_a_moved_file_when_it_is_asked_to_look()
    {
        var (sink, running) = Start();
        await PublishAsync(sink, "a");
        File.Move(FilePath, In("aside"));

        sink.LookAtFile();
        await UntilAsync(() => File.Exists(FilePath) && new FileInfo(FilePath).Length > 0);

        Assert.Equal(["start moved run1 venue=1"], Lines(FilePath));
        await StopAsync(running);
    }

    [Theory]
    [InlineData("PRECIOUS")]
    [InlineData("PRECIOUS\n{\"instance\":\"run0\"}\n")]
    [InlineData("{\"whole\":1}\n")]
    public async Task A_file_that_is_not_a_sink_file_is_left_alone_and_reported(string precious)
    {
        await File.WriteAllTextAsync(FilePath, precious);

        var (sink, running) = Start(out var end);
        await UntilAsync(() => sink.Failure is not null);
        await end.CancelAsync();
        await running.WaitAsync(Deadline);

        Assert.Equal(precious, await File.ReadAllTextAsync(FilePath));
        Assert.StartsWith("the file does not begin as a sink's does", sink.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_last_line_is_kept_and_ours_follow_on_a_new_line()
    {
        await File.WriteAllTextAsync(
            FilePath, "{\"instance\":\"run0\",\"type\":\"text\",\"text\":\"z\"}\n{\"type\":\"text\",\"text\":\"theirs\"}");

        var (_, running) = Start();
        await StopAsync(running);

        Assert.Equal(["text z", "text theirs", "start started run0", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task A_start_line_names_the_last_numbers_of_the_instance_before()
    {
        await File.WriteAllTextAsync(
            FilePath,
            """
            {"instance":"old","endpoint":"gone","seq":9,"type":"text","text":"y"}
            {"instance":"run0","endpoint":"a","seq":3,"type":"text","text":"y"}
            {"instance":"run0","endpoint":"b","seq":7,"type":"text","text":"y"}
            {"instance":"run0","endpoint":"a","seq":4,"type":"text","text":"z"}

            """);

        var (_, running) = Start();
        await StopAsync(running);

        Assert.Equal("start started run0 a=4 b=7", Lines(FilePath)[4]);
    }

    [Fact]
    public async Task A_sink_that_continues_the_same_instance_writes_no_start_line()
    {
        await File.WriteAllTextAsync(
            FilePath, "{\"instance\":\"run1\",\"endpoint\":\"venue\",\"seq\":3,\"type\":\"text\",\"text\":\"z\"}\n");

        var (_, running) = Start();
        await StopAsync(running);

        Assert.Equal(["text z", "drain"], Lines(FilePath));
    }

    [Fact]
    public async Task A_new_file_is_its_owner_s_alone_and_is_created_through_no_link()
    {
        var (_, running) = Start();
        await StopAsync(running);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(FilePath).UnixFileMode);
        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));

        File.CreateSymbolicLink(In("link"), In("nothing"));
        var refused = Assert.Throws<IOException>(() => Open(In("link")));

        Assert.Equal("it is a symbolic link that leads to no file", refused.Message);
        Assert.False(File.Exists(In("nothing")));
    }

    [Theory]
    [InlineData("the same")]
    [InlineData("path")]
    [InlineData("symbolic")]
    [InlineData("hard")]
    public void A_second_writer_of_a_file_is_refused_under_any_name(string kind)
    {
        using var first = Open(FilePath);
        var name = kind switch
        {
            "the same" => FilePath,
            "path" => Path.Combine(_directory.FullName, "x", "..", "feeds.ndjson"),
            _ => In("other"),
        };
        if (kind == "symbolic")
            File.CreateSymbolicLink(name, FilePath);
        if (kind == "hard")
            Link(FilePath, name);

        var refused = Assert.ThrowsAny<IOException>(() => Open(name));

        var expected =
            kind == "hard"
                ? "the file is in use under another of its names"
                : $"{FilePath} is in use by process {Environment.ProcessId} on ";
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_left_by_a_killed_process_is_no_obstacle_and_a_released_lock_is_deleted()
    {
        File.WriteAllText($"{FilePath}.lock", "process 1 on elsewhere, instance old, sink main");

        using (Open(FilePath))
            Assert.True(File.Exists($"{FilePath}.lock"));

        Assert.False(File.Exists($"{FilePath}.lock"));
        Open(FilePath).Dispose();
    }

    [Fact]
    public void A_linked_file_is_set_aside_in_its_own_directory()
    {
        var elsewhere = Directory.CreateDirectory(In("disk"));
        File.WriteAllText(Path.Combine(elsewhere.FullName, "real.ndjson"), "");
        File.CreateSymbolicLink(FilePath, Path.Combine(elsewhere.FullName, "real.ndjson"));
        using var file = Open(FilePath, new FileRotationSettings { Size = 1 });
        file.Append("{\"instance\":\"run1\"}\n"u8);

        file.RotateWhenDue();

        Assert.Single(elsewhere.GetFiles("real.2*.ndjson"));
        Assert.NotNull(new FileInfo(FilePath).LinkTarget);
    }

    private string In(string name) => Path.Combine(_directory.FullName, name);

    private static LineFile Open(string path, FileRotationSettings? rotation = null)
    {
        var file = new LineFile(path, rotation ?? new FileRotationSettings(), TimeProvider.System, "sink test", (_, _) => []);
        file.Append([]);
        return file;
    }

    private static void Link(string path, string name)
    {
        using var made = System.Diagnostics.Process.Start("ln", [path, name]);
        made.WaitForExit();
    }

    private (FileSink Sink, Task Running) Start() => Start(out _);

    private (FileSink Sink, Task Running) Start(out CancellationTokenSource end)
    {
        end = new CancellationTokenSource();
        var sink = new FileSink(
            _registry, new SinkSettings { Name = "main", Path = FilePath }, TimeProvider.System, NullLogger<FileSink>.Instance);
        return (sink, sink.RunAsync(null, default, end.Token));
    }

    private async Task PublishAsync(FileSink sink, string text)
    {
        var written = sink.LinesWritten;
        Assert.True(_feed.PublishAsync(MessageKind.Text, Encoding.UTF8.GetBytes(text)).IsCompletedSuccessfully);
        await UntilAsync(() => sink.LinesWritten > written);
    }

    private async Task StopAsync(Task running)
    {
        _registry.Drain("done");
        await running.WaitAsync(Deadline);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!holds())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Returns the type and the content of each line.</summary>
    private static string[] Lines(string path) =>
        [.. File.ReadAllText(path).TrimEnd('\n').Split('\n').Select(line => Said(JsonDocument.Parse(line).RootElement))];

    private static string Said(JsonElement line)
    {
        if (!line.TryGetProperty("type", out var type))
            return "";
        var said = new List<string> { type.GetString()! }; // every line in these tests has a type
        if (line.TryGetProperty("text", out var text))
            said.Add(text.GetString()!);
        if (line.TryGetProperty("why", out var why))
            said.Add(why.GetString()!);
        if (line.TryGetProperty("previous", out var previous) && previous.ValueKind == JsonValueKind.Object)
        {
            said.Add(previous.GetProperty("instance").GetString()!);
            said.AddRange(
                previous.GetProperty("lastSeq").EnumerateObject().Select(last => $"{last.Name}={last.Value}").Order(StringComparer.Ordinal)
            );
        }
        return string.Join(' ', said);
    }
}
