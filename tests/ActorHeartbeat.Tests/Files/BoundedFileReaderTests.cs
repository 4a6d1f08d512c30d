using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using ActorHeartbeat.Files;

namespace ActorHeartbeat.Tests.Files;

public sealed class BoundedFileReaderTests : IDisposable
{
    private const int Most = 64 * 1024;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("files");
    private readonly StandingTime _time = new();
    private readonly ConcurrentDictionary<string, ManualResetEventSlim> _hung = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly SemaphoreSlim _begins = new(0);

    public void Dispose()
    {
        foreach (var hung in _hung.Values)
            hung.Set();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_pipe_without_a_writer_is_refused_at_once()
    {
        var pipe = Path.Combine(_directory.FullName, "pipe");
        using (var made = Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync();

        Assert.Equal("it is a named pipe, not a regular file", await RefusalAsync(pipe));
    }

    [Fact]
    public async Task Directories_and_devices_are_refused()
    {
        Assert.Equal("it is a directory, not a regular file", await RefusalAsync(_directory.FullName));
        Assert.Equal("it is a device, not a regular file", await RefusalAsync("/dev/zero"));
    }

    [Fact]
    public async Task A_file_past_the_bound_is_refused_by_its_size_and_one_at_the_bound_is_read()
    {
        var (large, fits) = (Path.Combine(_directory.FullName, "large"), Path.Combine(_directory.FullName, "fits"));
        await File.WriteAllBytesAsync(large, new byte[10 * 1024 * 1024]);
        await File.WriteAllBytesAsync(fits, new byte[Most]);

        Assert.Equal("it has 10485760 bytes, at most 65536 are read", await RefusalAsync(large));
        Assert.Equal(Most, (await ReadRealAsync(fits)).Length);
    }

    [Fact]
    public async Task A_file_without_a_known_size_is_read_to_its_end_or_to_the_bound()
    {
        Assert.Contains("Threads:", Encoding.UTF8.GetString(await ReadRealAsync("/proc/self/status")), StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<IOException>(() =>
            new BoundedFileReader(_time).ReadAsync("/proc/self/status", 10, Deadline));
        Assert.Equal("it has more than 10 bytes", refused.Message);
    }

    [Fact]
    public async Task A_missing_file_is_reported_as_not_found()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => ReadRealAsync(Path.Combine(_directory.FullName, "nothing")));
    }

    [Fact]
    public async Task A_file_that_hangs_fails_its_reader_at_the_deadline_and_no_other()
    {
        var reader = Reader("/m/hung");
        var hung = reader.ReadAsync("/m/hung", Most, Deadline);
        await BegunAsync("/m/hung");

        Assert.Equal("/m/good", await TextAsync(reader, "/m/good"));
        Assert.False(hung.IsCompleted);
        _time.Advance(Deadline);

        Assert.Equal("it has not answered within 5 s", (await Assert.ThrowsAsync<IOException>(() => hung.WaitAsync(Patience))).Message);
    }

    [Fact]
    public async Task The_error_for_a_hanging_file_has_the_age_of_its_last_reading()
    {
        var reader = Reader();
        await TextAsync(reader, "/m/a");
        _time.Advance(TimeSpan.FromSeconds(180));
        _hung["/m/a"] = new ManualResetEventSlim();

        var hung = reader.ReadAsync("/m/a", Most, Deadline);
        _time.Advance(Deadline);

        var refused = await Assert.ThrowsAsync<IOException>(() => hung.WaitAsync(Patience));
        Assert.Equal("it has not answered within 5 s; it was last read 185 s ago", refused.Message);
    }

    [Fact]
    public async Task Many_hanging_files_in_one_directory_take_two_threads_and_the_errors_of_the_others_name_them()
    {
        var names = Enumerable.Range(0, 20).Select(number => $"/m/{number:00}").ToArray();
        var reader = Reader(names);
        var all = names.Select(name => reader.ReadAsync(name, Most, Deadline)).ToArray();
        await BegunAsync("/m/00", "/m/01");

        Assert.Equal("/n/good", await TextAsync(reader, "/n/good"));
        _time.Advance(Deadline);

        Assert.Equal("it has not answered within 5 s", (await Assert.ThrowsAsync<IOException>(() => all[1].WaitAsync(Patience))).Message);
        var last = await Assert.ThrowsAsync<IOException>(() => all[^1].WaitAsync(Patience));
        Assert.Equal("its turn to be read has not come within 5 s, reading hangs at /m/00, /m/01", last.Message);
        Assert.Equal(["/m/00", "/m/01", "/n/good"], _begun.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Hanging_directories_take_at_most_eight_threads()
    {
        var names = Enumerable.Range(0, 20).Select(number => $"/{number:00}/file").ToArray();
        var reader = Reader(names);
        var all = names.Select(name => reader.ReadAsync(name, Most, Deadline)).ToArray();
        await BegunAsync(names[..8]);

        _time.Advance(Deadline);
        foreach (var one in all)
            await Assert.ThrowsAsync<IOException>(() => one.WaitAsync(Patience));

        Assert.Equal(8, _begun.Count);
    }

    [Fact]
    public async Task A_file_system_that_hangs_takes_four_threads_whatever_its_directories()
    {
        var names = Enumerable.Range(0, 60).Select(number => $"/hung/{number:00}/file").ToArray();
        var reader = Reader(names);
        var all = names.Select(name => reader.ReadAsync(name, Most, Deadline)).ToArray();
        await BegunAsync(names[..BoundedFileReader.MostReadersOfMount]);

        Assert.Equal("/good/file", await TextAsync(reader, "/good/file"));
        _time.Advance(Deadline);
        foreach (var one in all)
            await Assert.ThrowsAsync<IOException>(() => one.WaitAsync(Patience));

        Assert.Equal(BoundedFileReader.MostReadersOfMount + 1, _begun.Count);
    }

    [Fact]
    public void Links_on_the_file_system_of_the_root_are_followed()
    {
        var link = Path.Combine(_directory.FullName, "link");
        var chain = Path.Combine(_directory.FullName, "chain");
        var file = Path.Combine(_directory.FullName, "file");
        Directory.CreateSymbolicLink(link, "/proc/self");
        File.CreateSymbolicLink(chain, "link/status");
        File.WriteAllText(file, "");

        Assert.Equal(("/proc", "/proc"), (MountPoints.Of(Path.Combine(link, "status")), MountPoints.Of(chain)));
        Assert.Equal(MountPoints.Of(_directory.FullName), MountPoints.Of(file));
        File.CreateSymbolicLink(Path.Combine(_directory.FullName, "circle"), "circle");
        Assert.Equal(MountPoints.Of(_directory.FullName), MountPoints.Of(Path.Combine(_directory.FullName, "circle")));
    }

    [Theory]
    [InlineData("/run/secrets/token", "/run/secrets")]
    [InlineData("/run/secrets", "/run/secrets")]
    [InlineData("/run/secretsx", "/run")]
    [InlineData("/with a space/a", "/with a space")]
    [InlineData("/etc/hosts", "/")]
    public void The_mount_point_of_a_file_is_the_longest_that_it_is_below(string path, string point)
    {
        string[] table =
        [
            "26 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
            "30 26 0:25 / /run rw,nosuid shared:5 - tmpfs tmpfs rw",
            "31 30 0:26 / /run/secrets ro - nfs server:/secrets ro",
            @"32 26 0:27 / /with\040a\040space rw - fuse x rw",
        ];

        Assert.Equal(point, MountPoints.Of(path, table));
        Assert.Equal("/proc", MountPoints.Of("/proc/self/mountinfo"));
    }

    [Fact]
    public async Task A_reading_that_has_timed_out_is_not_begun_when_the_disk_answers_again()
    {
        var reader = Reader("/m/0", "/m/1");
        var all = new[] { "/m/0", "/m/1", "/m/late" }.Select(name => reader.ReadAsync(name, Most, Deadline)).ToArray();
        await BegunAsync("/m/0", "/m/1");
        _time.Advance(Deadline);
        foreach (var one in all)
            await Assert.ThrowsAsync<IOException>(() => one.WaitAsync(Patience));

        foreach (var hung in _hung.Values)
            hung.Set();

        Assert.Equal("/m/0", await TextAsync(reader, "/m/0"));
        Assert.DoesNotContain("/m/late", _begun);
    }

    [Fact]
    public async Task Callers_that_ask_for_a_file_while_it_is_read_share_the_result()
    {
        var reader = Reader("/m/a");
        var both = new[] { reader.ReadAsync("/m/a", Most, Deadline), reader.ReadAsync("/m/a", Most, Deadline) };

        _hung["/m/a"].Set();

        Assert.Equal(["/m/a", "/m/a"], (await Task.WhenAll(both).WaitAsync(Patience)).Select(Encoding.UTF8.GetString));
        Assert.Equal(["/m/a"], _begun);
    }

    private BoundedFileReader Reader(params string[] hanging)
    {
        foreach (var name in hanging)
            _hung[name] = new ManualResetEventSlim();
        return new BoundedFileReader(_time, ReadFile, path => path.StartsWith("/hung/", StringComparison.Ordinal) ? "/hung" : "/");

        byte[] ReadFile(string path, int _)
        {
            _begun.Enqueue(path);
            _begins.Release();
            if (_hung.TryGetValue(path, out var hung))
                hung.Wait();
            return Encoding.UTF8.GetBytes(path);
        }
    }

    private async Task BegunAsync(params string[] names)
    {
        while (names.Except(_begun).Any())
            Assert.True(await _begins.WaitAsync(Patience));
    }

    private static async Task<string> TextAsync(BoundedFileReader reader, string path) =>
        Encoding.UTF8.GetString(await reader.ReadAsync(path, Most, Deadline).WaitAsync(Patience));

    private Task<byte[]> ReadRealAsync(string path) =>
        Task.Run(() => new BoundedFileReader(_time).ReadAsync(path, Most, Deadline)).WaitAsync(Patience);

    private async Task<string> RefusalAsync(string path) => (await Assert.ThrowsAsync<IOException>(() => ReadRealAsync(path))).Message;
}
