using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.State;

/// <summary>
/// The state of an earlier version while a new database takes it over: its file is owned, so that no other process writes it.
/// </summary>
internal sealed class FormerState : IDisposable
{
    private const string TakenOver = ".taken-over";

    private readonly FileLock? _lock;

    private FormerState(string name, FileLock? owner, StateParts parts) => (Name, _lock, Parts) = (name, owner, parts);

    public string Name { get; }

    public StateParts Parts { get; }

    /// <summary>Null when there is no such file, or nothing in it can be read, which is told.</summary>
    /// <exception cref="FileInUseException">A service of an earlier version has it.</exception>
    public static FormerState? Take(string name, ILogger log)
    {
        FileLock? owner = null;
        try
        {
            owner = FileLock.Take(OwnedFile.RealPath(name), "state.path");
        }
        catch (Exception noLock) when (noLock is not FileInUseException && noLock is IOException or UnauthorizedAccessException)
        {
            // Its folder is not for writing, so no other process writes it.
        }
        if (FormerStateFile.Read(name, log) is { } parts)
            return new FormerState(name, owner, parts);
        owner?.Dispose();
        return null;
    }

    /// <summary>Renames the file.</summary>
    /// <param name="stamp">What distinguishes it from another one that was taken over.</param>
    /// <returns>Its new name; the old one where the folder refuses.</returns>
    public string SetAside(string stamp)
    {
        try
        {
            var aside = File.Exists(Name + TakenOver) ? $"{Name}{TakenOver}-{stamp}" : Name + TakenOver;
            File.Move(Name, aside);
            return aside;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Name; // it is not taken over again: the database is not new any more
        }
    }

    public void Dispose() => _lock?.Dispose();
}
