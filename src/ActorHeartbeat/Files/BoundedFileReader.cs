namespace ActorHeartbeat.Files;

/// <summary>
/// Reads small files for connections and at the start: regular files only, up to a size, within a deadline. Calls
/// that may hang run on a few dedicated threads, so an unresponsive file system fails only the callers that need
/// it: no pool thread, actor or shutdown waits for it. Requests for a file that is being read share that reading.
/// </summary>
/// <remarks>
/// Bounds: <see cref="MostReaders"/> threads, of which at most <see cref="MostReadersOfMount"/> read on one file system other than the
/// root's, and at most <see cref="MostReadersOfDirectory"/> in one directory; and <see cref="MostFiles"/> files that wait or are being
/// read. At a bound, a request waits until its deadline or is refused. A thread ends when no request waits; a thread that
/// hangs continues when its call returns. Each caller names its size limit and deadline, and puts the file's name before the message of an
/// exception. The reader keeps no content, only the time of the last reading: a caller that continues with its last good value can see its
/// age in the message.
/// </remarks>
public sealed class BoundedFileReader
{
    public const int MostReaders = 16, MostReadersOfMount = 4, MostReadersOfDirectory = 2, MostFiles = 4096;

    /// <summary>Most files are on the root's file system; a half of the readers is for the others.</summary>
    private const int MostReadersOfRoot = MostReaders / 2;

    private readonly TimeProvider _time;
    private readonly Func<string, int, byte[]> _read;
    private readonly Func<string, string> _mountOf;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, int Most), Reading> _readings = [];
    private readonly LinkedList<Reading> _waiting = [];
    private readonly List<Reading> _underWay = [];
    private readonly Dictionary<string, long> _lastRead = new(StringComparer.Ordinal);

    public BoundedFileReader(TimeProvider time)
        : this(time, RegularFile.Read, MountPoints.Of)
    {
    }

    /// <param name="time">The clock of deadlines.</param>
    /// <param name="read">Reads a file of at most the given number of bytes; may block without end.</param>
    /// <param name="mountOf">The mount point of a file; null when all are on one.</param>
    internal BoundedFileReader(TimeProvider time, Func<string, int, byte[]> read, Func<string, string>? mountOf = null) =>
        (_time, _read, _mountOf) = (time, read, mountOf ?? (_ => "/"));

    /// <summary>The reader that the whole process shares.</summary>
    public static BoundedFileReader Shared { get; } = new(TimeProvider.System);

    /// <summary>The whole content of a file as it is now.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="most">Its largest size in bytes.</param>
    /// <param name="deadline">How long the file system may take, waiting for a thread included.</param>
    /// <param name="cancellation">Cancelled when the caller no longer wants the content.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IOException">
    /// The file is not regular, is too large or does not answer in time; the message states which.
    /// </exception>
    public async Task<byte[]> ReadAsync(string path, int most, TimeSpan deadline, CancellationToken cancellation = default)
    {
        var full = Path.GetFullPath(path);
        var reading = JoinUnderWay((full, most)) ?? Join((full, most), _mountOf(full));
        try
        {
            return await reading.Content.Task.WaitAsync(deadline, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new IOException(Overdue(reading, deadline));
        }
        finally
        {
            Leave(reading);
        }
    }

    /// <summary>Without a look at the mounts, which costs more than the reading.</summary>
    private Reading? JoinUnderWay((string Path, int Most) what)
    {
        lock (_gate)
        {
            if (_readings.TryGetValue(what, out var reading))
                reading.Callers++;
            return reading;
        }
    }

    private Reading Join((string Path, int Most) what, string mount)
    {
        lock (_gate)
        {
            if (!_readings.TryGetValue(what, out var reading))
            {
                if (_readings.Count == MostFiles)
                    throw new IOException($"{MostFiles} other files wait to be read{Culprits()}");
                reading = new Reading(what.Path, what.Most, mount);
                _readings.Add(what, reading);
                _waiting.AddLast(reading);
                if (_underWay.Count < MostReaders && TakeNext() is { } first)
                    new Thread(() => ReadOn(first)) { IsBackground = true, Name = "file reader" }.Start();
            }
            reading.Callers++;
            return reading;
        }
    }

    private void Leave(Reading reading)
    {
        lock (_gate)
        {
            // No caller is left, and its turn has not come.
            if (--reading.Callers == 0 && _waiting.Remove(reading))
                _readings.Remove((reading.Path, reading.Most));
        }
    }

    private void ReadOn(Reading first)
    {
        for (var reading = first; reading is not null;)
        {
            byte[]? content = null;
            Exception? failure = null;
            try
            {
                content = _read(reading.Path, reading.Most);
            }
            catch (Exception refused)
            {
                failure = refused; // reported to the callers
            }
            var next = Finish(reading, content is not null);
            if (content is not null)
                reading.Content.SetResult(content);
            else
                reading.Fail(failure!); // one of the two is set
            reading = next;
        }
    }

    private Reading? Finish(Reading reading, bool wasRead)
    {
        lock (_gate)
        {
            _underWay.Remove(reading);
            _readings.Remove((reading.Path, reading.Most));
            if (_lastRead.Count == MostFiles)
                _lastRead.Clear(); // drops the names of files that are no longer in use
            if (wasRead)
                _lastRead[reading.Path] = _time.GetTimestamp();
            return TakeNext();
        }
    }

    private Reading? TakeNext()
    {
        var next = _waiting.FirstOrDefault(MayBegin);
        if (next is null)
            return null;
        _waiting.Remove(next);
        _underWay.Add(next);
        return next;
    }

    private bool MayBegin(Reading reading) =>
        _underWay.Count(other => other.Directory == reading.Directory) < MostReadersOfDirectory
        && _underWay.Count(other => other.Mount == reading.Mount) < (reading.Mount == "/" ? MostReadersOfRoot : MostReadersOfMount);

    private string Overdue(Reading reading, TimeSpan deadline)
    {
        lock (_gate)
        {
            var last = _lastRead.TryGetValue(reading.Path, out var at)
                ? $"; it was last read {_time.GetElapsedTime(at).TotalSeconds:0} s ago"
                : "";
            return _waiting.Contains(reading)
                ? $"its turn to be read has not come within {deadline.TotalSeconds:0.###} s{Culprits()}{last}"
                : $"it has not answered within {deadline.TotalSeconds:0.###} s{last}";
        }
    }

    private string Culprits() =>
        _underWay.Count == 0 ? "" : $", reading hangs at {string.Join(", ", _underWay.Take(3).Select(reading => reading.Path))}";

    private sealed class Reading(string path, int most, string mount)
    {
        public string Mount => mount;

        public string Path => path;

        public int Most => most;

        public string Directory { get; } = System.IO.Path.GetDirectoryName(path) ?? path;

        public int Callers { get; set; }

        public TaskCompletionSource<byte[]> Content { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception failure)
        {
            Content.SetException(failure);
            _ = Content.Task.Exception; // observed, also when no caller is left
        }
    }
}
