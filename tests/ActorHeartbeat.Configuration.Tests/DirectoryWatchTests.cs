using ActorHeartbeat.Configuration.Reloading;

namespace ActorHeartbeat.Configuration.Tests;

/// <summary>The only tests that depend on real directory events.</summary>
public sealed class DirectoryWatchTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("actor-heartbeat").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Writing_replacing_or_removing_a_file_raises_an_event()
    {
        var file = Path.Combine(_folder, "service.conf");
        using var touched = new SemaphoreSlim(0);
        using var watching = new DirectoryWatch().Watch([_folder], () => touched.Release());

        await File.WriteAllTextAsync(file, "a");
        Assert.True(await touched.WaitAsync(Deadline));

        await File.WriteAllTextAsync(file + ".new", "b");
        File.Move(file + ".new", file, overwrite: true);
        Assert.True(await touched.WaitAsync(Deadline));

        File.Delete(file);
        Assert.True(await touched.WaitAsync(Deadline));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_left_to_the_poll()
    {
        using var watching = new DirectoryWatch().Watch([Path.Combine(_folder, "nowhere")], () => { });

        Assert.NotNull(watching);
    }
}
