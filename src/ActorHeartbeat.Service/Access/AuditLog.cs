using System.Collections.Concurrent;
using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Logging;
using ActorHeartbeat.Service.Sinks;

namespace ActorHeartbeat.Service.Access;

/// <summary>
/// The file of requests that change something. A thread of its own writes it, so no request waits for the disk; what the disk does not take
/// is counted in the next line that it takes, and logged.
/// </summary>
internal sealed class AuditLog : IHostedService, IDisposable
{
    /// <summary>Lines that may wait for the disk.</summary>
    private const int MostWaiting = 4096;

    private readonly string _path;
    private readonly string _instance;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LineFile _file;
    private readonly BlockingCollection<byte[]> _waiting = new(MostWaiting);
    private Task _writing = Task.CompletedTask;
    private long _lost, _dropped;
    private bool _growsOn;

    public AuditLog(string path, AuditSettings settings, string instance, TimeProvider time, ILogger log)
    {
        (_path, _instance, _time, _log) = (path, instance, time, log);
        _file = FileOf(path, settings, time);
    }

    /// <summary>Lines that were not written since the last that was.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Lines that were never written, since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Why the file cannot be written; null when it can. The disk may still refuse it later.</summary>
    public static string? Reject(AuditSettings settings)
    {
        if (settings.Path is not { } path)
            return null;
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            return $"http.access.audit.path: {path}: its directory does not exist; make it, or correct the path";
        try
        {
            using var file = FileOf(path, settings, TimeProvider.System);
            file.Append([]);
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"http.access.audit.path: {path} cannot be written: {problem.Message.TrimEnd('.')}; let the user of the service write "
                + "there, or name another file";
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <summary>Ends when all lines are written, or the disk has had its time.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.CompleteAdding();
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Write(AuditLine line)
    {
        if (!_waiting.IsAddingCompleted && _waiting.TryAdd(line.ToJson(_instance, _time.GetUtcNow())))
            return;
        Interlocked.Increment(ref _dropped);
        Interlocked.Increment(ref _lost);
    }

    public void Dispose()
    {
        if (!_writing.IsCompleted)
            return; // the disk never answered, and its thread ends with the process
        _file.Dispose();
        _waiting.Dispose();
    }

    private void Write()
    {
        foreach (var line in _waiting.GetConsumingEnumerable())
        {
            RotateWhenDue();
            var lost = Interlocked.Exchange(ref _lost, 0);
            try
            {
                _file.Append(lost == 0 ? line : [.. LostLine(lost), .. line]);
                if (lost > 0)
                    _log.AuditWrittenAgain(_path, lost);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                Interlocked.Increment(ref _dropped);
                if (Interlocked.Add(ref _lost, lost + 1) == 1)
                    _log.AuditNotWritten(_path, problem.Message);
            }
        }
    }

    /// <summary>A file that cannot be set aside, such as in a directory of somebody else, grows on: it costs no line.</summary>
    private void RotateWhenDue()
    {
        try
        {
            _file.RotateWhenDue();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            if (!_growsOn)
                _log.AuditNotRotated(_path, problem.Message);
            _growsOn = true;
        }
    }

    private static LineFile FileOf(string path, AuditSettings settings, TimeProvider time) =>
        new(path, new FileRotationSettings { Size = settings.Size, Keep = settings.Keep }, time, "audit log", (_, _) => []);

    private byte[] LostLine(long lost) =>
        Encoding.UTF8.GetBytes($"{{\"instance\":\"{_instance}\",\"time\":\"{_time.GetUtcNow().UtcDateTime:O}\",\"lost\":{lost}}}\n");
}
