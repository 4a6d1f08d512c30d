namespace ActorHeartbeat.Configuration.Reloading;

/// <summary>Notifies of changes in directories. A seam, so that tests need no real file system events.</summary>
public interface IFileWatch
{
    /// <summary>
    /// Calls <paramref name="touched"/> from any thread after a change in one of the directories, until disposed. May miss changes.
    /// </summary>
    IDisposable Watch(IReadOnlyCollection<string> directories, Action touched);
}

/// <summary>
/// The directory events of the operating system. Directories, not files, are watched: editors replace
/// files, and symbolic links are swapped beside them. The poll covers directories that cannot be watched.
/// </summary>
public sealed class DirectoryWatch : IFileWatch
{
    public IDisposable Watch(IReadOnlyCollection<string> directories, Action touched)
    {
        var watchers = new Watchers();
        foreach (var directory in directories)
        {
            try
            {
                watchers.Add(directory, touched);
            }
            catch (Exception problem) when (problem is IOException or ArgumentException or UnauthorizedAccessException)
            {
                // The directory does not exist yet, or the system's limit of watches is reached: the poll finds the change later.
            }
        }
        return watchers;
    }

    private sealed class Watchers : IDisposable
    {
        private readonly List<FileSystemWatcher> _all = [];

        public void Add(string directory, Action touched)
        {
            var watcher = new FileSystemWatcher(directory)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            _all.Add(watcher);
            watcher.Changed += (_, _) => touched();
            watcher.Created += (_, _) => touched();
            watcher.Deleted += (_, _) => touched();
            watcher.Renamed += (_, _) => touched();
            watcher.Error += (_, _) => touched();
            watcher.EnableRaisingEvents = true;
        }

        public void Dispose() => _all.ForEach(watcher => watcher.Dispose());
    }
}
