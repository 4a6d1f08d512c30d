using System.IO.Compression;

namespace ActorHeartbeat.Decoding;

/// <summary>A compressed stream that is given its bytes piece by piece. It begins anew at <see cref="Begin"/>.</summary>
/// <remarks>
/// The framework's streams tell neither that their input is cut off nor that something is behind its end: in both cases they read nothing
/// more. What tells it is whether they ask for more bytes before they do. A stream that has asked in vain goes on when it has more bytes,
/// unless the process sets the switch <c>System.IO.Compression.UseStrictValidation</c>; then it is broken.
/// </remarks>
internal sealed class Inflation : IDisposable
{
    private readonly Piece _piece = new();
    private Stream? _inflated;

    public void Begin(Container container)
    {
        End();
        _inflated = container switch
        {
            Container.Gzip => new GZipStream(_piece, CompressionMode.Decompress),
            Container.Zlib => new ZLibStream(_piece, CompressionMode.Decompress),
            _ => new DeflateStream(_piece, CompressionMode.Decompress),
        };
    }

    /// <summary>Frees what the stream needs.</summary>
    public void End()
    {
        _inflated?.Dispose();
        _inflated = null;
    }

    /// <summary>Inflates the next bytes of the stream. No bytes leave it as it is.</summary>
    public InflationState Push(ReadOnlySpan<byte> bytes, DecodedBytes into, int most)
    {
        if (_inflated is not { } inflated)
            return InflationState.Broken;
        try
        {
            var state = InflationState.Hungry;
            while (!bytes.IsEmpty && state == InflationState.Hungry)
            {
                bytes = bytes[_piece.Fill(bytes)..];
                state = Drain(inflated, into, most);
            }
            return state;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException) // the latter for a preset dictionary
        {
            return InflationState.Broken;
        }
    }

    public void Dispose()
    {
        End();
        _piece.Dispose();
    }

    private InflationState Drain(Stream inflated, DecodedBytes into, int most)
    {
        while (into.Count <= most)
        {
            var count = inflated.Read(into.Room(most));
            if (count == 0)
                return _piece.WasAskedInVain ? InflationState.Hungry : InflationState.Ended;
            into.Advance(count);
        }
        return InflationState.TooBig;
    }

    /// <summary>Gives the framework's stream the bytes of a frame, and then nothing.</summary>
    private sealed class Piece : Stream
    {
        // Half of what the framework's stream takes at once.
        private readonly byte[] _bytes = new byte[4 * 1024];
        private int _start, _end;

        /// <summary>Whether there was nothing left when it was read.</summary>
        public bool WasAskedInVain { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        /// <summary>Takes the first of the bytes, and returns how many.</summary>
        public int Fill(ReadOnlySpan<byte> bytes)
        {
            (_start, _end, WasAskedInVain) = (0, Math.Min(bytes.Length, _bytes.Length), false);
            bytes[.._end].CopyTo(_bytes);
            return _end;
        }

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _end - _start);
            _bytes.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            WasAskedInVain |= count == 0;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>What stands around deflated bytes.</summary>
internal enum Container
{
    /// <summary>Nothing (RFC 1951).</summary>
    None,

    /// <summary>Header and Adler-32 (RFC 1950).</summary>
    Zlib,

    /// <summary>Header, CRC-32 and length, of each member (RFC 1952).</summary>
    Gzip,
}

/// <summary>How far a compressed stream came.</summary>
internal enum InflationState
{
    /// <summary>It took all bytes, and would take more.</summary>
    Hungry,

    /// <summary>It is at its end, and takes no more bytes. It may have left some.</summary>
    Ended,

    /// <summary>It has more decoded bytes than allowed.</summary>
    TooBig,

    /// <summary>Its bytes have no meaning.</summary>
    Broken,
}
