using System.Globalization;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.Sinks;

/// <summary>
/// A file of whole lines. What a crash or a full disk has left of a line is cut off, before anything else is written. Written through to
/// the operating system at once, to the disk on rotation and disposal. Errors are <see cref="IOException"/>s and leave it usable.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private const int ScanLength = 64 * 1024;

    private readonly string _path;
    private readonly FileRotationSettings _rotation;
    private readonly TimeProvider _time;
    private readonly Func<string, Stream> _open;
    private Stream? _stream;
    private long _length;
    private long _openedAt;
    private bool _isTorn;

    public LineFile(string path, FileRotationSettings rotation, TimeProvider time, Func<string, Stream>? open = null)
    {
        _path = path;
        _rotation = rotation;
        _time = time;
        _open = open ?? OpenFile;
    }

    /// <summary>Appends whole lines: all of them, or none and an <see cref="IOException"/>.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        var stream = _stream ?? Open();
        if (_isTorn)
            CutBack(stream);
        try
        {
            stream.Position = _length;
            stream.Write(lines);
            stream.Flush();
            _length += lines.Length;
        }
        catch (Exception refused) when (refused is IOException or ArgumentOutOfRangeException)
        {
            _isTorn = true; // A full disk takes a part of what does not fit.
            CutBack(stream);
            // The framework's word for EFBIG, as if the caller had passed a wrong number.
            throw refused as IOException ?? new IOException("the file would be larger than the file system, or the limit of this process, allows", refused);
        }
    }

    /// <summary>Sets the file aside when it is large or old enough.</summary>
    public void RotateWhenDue()
    {
        var isOld = _rotation.Age is { } age && _time.GetElapsedTime(_openedAt) >= age;
        if (_stream is null || _length == 0 || (_length < _rotation.Size && !isOld))
            return;
        Dispose();
        File.Move(_path, FreeName());
        DeleteOldest();
    }

    public void Dispose()
    {
        using var stream = _stream;
        _stream = null;
        (stream as FileStream)?.Flush(flushToDisk: true);
    }

    private void CutBack(Stream stream)
    {
        stream.SetLength(_length);
        _isTorn = false;
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    private Stream Open()
    {
        var stream = _open(_path);
        _length = EndOfLastLine(stream);
        CutBack(stream);
        _openedAt = _time.GetTimestamp();
        _stream = stream;
        return stream;
    }

    private static long EndOfLastLine(Stream stream)
    {
        var buffer = new byte[ScanLength];
        for (var end = stream.Length; end > 0;)
        {
            var start = Math.Max(0, end - ScanLength);
            var chunk = buffer.AsSpan(0, (int)(end - start));
            stream.Position = start;
            stream.ReadExactly(chunk);
            if (chunk.LastIndexOf((byte)'\n') is >= 0 and var at)
                return start + at + 1;
            end = start;
        }
        return 0;
    }

    // feeds.ndjson is set aside as feeds.20260101T000000000Z.ndjson, a name that sorts by time.
    private string FreeName()
    {
        for (var time = _time.GetUtcNow(); ; time = time.AddMilliseconds(1))
        {
            var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
            var name = Path.ChangeExtension(_path, $"{stamp}{Path.GetExtension(_path)}");
            if (!File.Exists(name))
                return name;
        }
    }

    private void DeleteOldest()
    {
        var pattern = $"{Path.GetFileNameWithoutExtension(_path)}.????????T?????????Z{Path.GetExtension(_path)}";
        var aside = Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(_path))!, pattern); // A full path to a file has a directory.
        foreach (var name in aside.OrderDescending(StringComparer.Ordinal).Skip(_rotation.Keep))
            File.Delete(name);
    }
}
