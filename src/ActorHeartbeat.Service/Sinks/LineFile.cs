using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Files;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// A file of whole lines that one writer owns. Before each write it compares the name with the open file: a file that was
/// set aside or removed from outside is begun again, and a file that was shortened or lengthened is accepted as it is. A
/// partial line that a crash or a full disk left is cut off; foreign content is never touched. Writes go to the operating
/// system at once, and to the disk on rotation and disposal. Errors are <see cref="IOException"/>s and leave the file usable.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private readonly string _path;
    private readonly FileRotationSettings _rotation;
    private readonly TimeProvider _time;
    private readonly string _role;
    private readonly Func<FileBeginning, LineFileTail, byte[]> _begin;
    private readonly Func<string, Stream>? _open;
    private FileLock? _lock;
    private string _realPath;
    private Stream? _stream;
    private FileIdentity? _identity;
    private FileBeginning? _beginning = FileBeginning.Started;
    private byte[] _head = [];
    private long _length;
    private long _openedAt;
    private bool _isTorn;

    /// <param name="path">The path of the file.</param>
    /// <param name="rotation">When it is set aside.</param>
    /// <param name="time">The clock of rotation.</param>
    /// <param name="role">Its purpose, which other processes that want the file see.</param>
    /// <param name="begin">
    /// Returns the bytes to write first when the file begins or continues after a change; receives the end of the existing content.
    /// </param>
    /// <param name="open">Opens the file for reading and writing; null for the file system.</param>
    public LineFile(
        string path, FileRotationSettings rotation, TimeProvider time, string role, Func<FileBeginning, LineFileTail, byte[]> begin,
        Func<string, Stream>? open = null)
    {
        (_path, _rotation, _time, _role, _begin, _open) = (path, rotation, time, role, begin, open);
        _realPath = path;
    }

    /// <summary>Appends whole lines, after a first line that is due: all of them, or none and an <see cref="IOException"/>.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        if (_stream is not null)
            TakeWhatHasChanged(_stream);
        var stream = _stream ?? Open();
        if (_isTorn)
            CutBack(stream);
        if (_head.Length > 0)
            Write(stream, _head);
        _head = [];
        Write(stream, lines);
    }

    /// <summary>Sets the file aside when it is large or old enough.</summary>
    public void RotateWhenDue()
    {
        var isOld = _rotation.Age is { } age && _time.GetElapsedTime(_openedAt) >= age;
        if (_stream is null || _length == 0 || (_length < _rotation.Size && !isOld))
            return;
        TakeWhatHasChanged(_stream);
        if (_stream is null)
            return; // set aside from outside just now
        Close();
        RotatedFiles.SetAside(_realPath, _rotation.Keep, _time);
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        finally
        {
            _lock?.Dispose();
            _lock = null;
        }
    }

    private void Close()
    {
        using var stream = _stream;
        _stream = null;
        (stream as FileStream)?.Flush(flushToDisk: true);
    }

    private void Write(Stream stream, ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty)
            return;
        try
        {
            stream.Position = _length;
            stream.Write(lines);
            stream.Flush();
            _length += lines.Length;
        }
        catch (Exception refused) when (refused is IOException or ArgumentOutOfRangeException)
        {
            _isTorn = true; // a full disk accepts a part of the lines
            CutBack(stream);
            // An ArgumentOutOfRangeException is the framework's report of EFBIG, as if the caller had passed a wrong number.
            const string tooLarge = "the file would be larger than the file system, or the limit of this process, allows";
            throw refused as IOException ?? new IOException(tooLarge, refused);
        }
    }

    private void CutBack(Stream stream)
    {
        stream.SetLength(_length);
        _isTorn = false;
    }

    private void TakeWhatHasChanged(Stream stream)
    {
        if (stream is not FileStream file)
            return; // not a file of the file system
        var named = FileStatus.Of(_path);
        if (named is null || named.Value.Identity != _identity)
        {
            _beginning = FileStatus.Of(file.SafeFileHandle).Links == 0 ? FileBeginning.Removed : FileBeginning.Moved;
            Leave(stream);
            return;
        }
        if (_isTorn)
            CutBack(stream);
        var length = stream.Length;
        if (length < _length)
        {
            _length = length;
            Begin(FileBeginning.Truncated, LineFileTail.Read(stream));
        }
        else if (length > _length)
        {
            // Foreign lines: append after them, on a new line.
            _length = length;
            if (LineFileTail.Read(stream) is not { EndsLine: true, Torn: 0 })
                _head = [(byte)'\n', .. _head];
        }
    }

    private void Leave(Stream stream)
    {
        try
        {
            if (_isTorn)
                CutBack(stream);
            Close();
        }
        catch (IOException)
        {
            // The disk of a removed file may be gone, too; the next file must not wait for it.
            stream.Dispose();
        }
        (_stream, _isTorn, _head) = (null, false, []);
    }

    private Stream Open()
    {
        var real = OwnedFile.RealPath(_path);
        if (_lock is null || real != _realPath)
            Lock(real);
        var stream = (_open ?? OwnedFile.Open)(real);
        try
        {
            var tail = LineFileTail.Read(stream);
            if (!tail.IsOurs)
                throw new IOException("the file does not begin as a sink's does and is left alone; name another, or move it away");
            _length = stream.Length;
            Begin(_beginning, tail);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
        _identity = stream is FileStream file ? FileStatus.Of(file.SafeFileHandle).Identity : null;
        _openedAt = _time.GetTimestamp();
        (_stream, _beginning) = (stream, null);
        return stream;
    }

    private void Lock(string real)
    {
        _lock?.Dispose();
        (_lock, _realPath) = (null, real);
        try
        {
            _lock = FileLock.Take(real, _role);
        }
        catch (UnauthorizedAccessException)
        {
            // The directory allows no new file: the claim on the file itself must suffice.
        }
    }

    // Cuts off a partial line, and prepares the bytes to write first.
    private void Begin(FileBeginning? why, LineFileTail tail)
    {
        _isTorn = tail.Torn > 0;
        _length -= tail.Torn;
        byte[] newline = tail.EndsLine ? [] : [(byte)'\n'];
        _head = why is { } beginning ? [.. newline, .. _begin(beginning, tail)] : newline;
    }
}

/// <summary>Why a file begins, or continues after a change.</summary>
internal enum FileBeginning
{
    Started,

    /// <summary>The name leads to another file, or to none.</summary>
    Moved,
    Removed,
    Truncated,
}
