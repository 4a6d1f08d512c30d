using System.IO.Compression;

namespace ActorHeartbeat.Tests.Decoding;

/// <summary>Writes what a peer would send.</summary>
internal static class Compressed
{
    public static byte[] Gzip(byte[] message) =>
        Whole(message, stream => new GZipStream(stream, CompressionLevel.Optimal), "1F8B080000000000000303000000000000000000");

    public static byte[] Zlib(byte[] message) =>
        Whole(message, stream => new ZLibStream(stream, CompressionLevel.Optimal), "789C030000000001");

    public static byte[] Deflate(byte[] message) =>
        Whole(message, stream => new DeflateStream(stream, CompressionLevel.Optimal), "0300");

    /// <summary>One zlib stream, flushed behind each message: the bytes of each.</summary>
    public static byte[][] Flushed(params byte[][] messages)
    {
        var written = new MemoryStream();
        using var zlib = new ZLibStream(written, CompressionLevel.Optimal);
        return Array.ConvertAll(messages, message =>
        {
            written.SetLength(0);
            zlib.Write(message);
            zlib.Flush();
            return written.ToArray();
        });
    }

    // The framework writes no bytes at all for an empty message.
    private static byte[] Whole(byte[] message, Func<Stream, Stream> compress, string ofNothing)
    {
        if (message.Length == 0)
            return Convert.FromHexString(ofNothing);
        var written = new MemoryStream();
        using (var stream = compress(written))
            stream.Write(message);
        return written.ToArray();
    }
}
