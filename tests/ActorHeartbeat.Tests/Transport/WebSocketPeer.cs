using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActorHeartbeat.Tests.Transport;

/// <summary>The server's side of one connection. It works on frames, so that a test can break the protocol.</summary>
internal sealed class WebSocketPeer(Socket socket, Stream stream) : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public string Request { get; private set; } = "";

    public X509Certificate? ClientCertificate { get; init; }

    /// <summary>The subjects of all certificates that the client sent.</summary>
    public IReadOnlyList<string> ClientChain { get; init; } = [];

    /// <summary>The server name that the client asked for.</summary>
    public string? ServerName { get; init; }

    public Task FirstByteAsync() => ExactlyAsync(1);

    public async Task<string> ReadRequestAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one).AsTask().WaitAsync(Patience);
            head.Append((char)one[0]);
        }

        return Request = head.ToString();
    }

    public async Task UpgradeAsync(string extraHeaders = "", string? accept = null)
    {
        await ReadRequestAsync();
        await WriteAsync(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + $"{accept ?? Accept()}\r\n{extraHeaders}\r\n");
    }

    /// <summary>Answers the upgrade request with this text; <c>{a}</c> stands for the accept key.</summary>
    public async Task AnswerAsync(string answer)
    {
        await ReadRequestAsync();
        await WriteAsync(answer.Replace("{a}", Accept(), StringComparison.Ordinal));
    }

    public string? Header(string name) => Request.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    public Task SendAsync(int opcode, ReadOnlySpan<byte> payload, bool final = true) => WriteAsync(Frame(opcode, payload, final));

    public Task SendTextAsync(string text) => SendAsync(Opcodes.Text, Encoding.UTF8.GetBytes(text));

    public Task SendCloseAsync(int code, string reason = "") =>
        SendAsync(Opcodes.Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    /// <summary>Reads the next frame of the client and unmasks it; null at the end of the stream.</summary>
    public async Task<PeerFrame?> ReadAsync()
    {
        var head = new byte[2];
        if (await stream.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false).AsTask().WaitAsync(Patience) < 2)
            return null;
        Assert.True((head[1] & 0x80) != 0, "a client's frames are masked (RFC 6455 section 5.1)");
        var length = (head[1] & 0x7f) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await ExactlyAsync(2)),
            127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await ExactlyAsync(8)),
            var small => small,
        };
        var mask = await ExactlyAsync(4);
        var payload = await ExactlyAsync(length);
        for (var index = 0; index < payload.Length; index++)
            payload[index] ^= mask[index % 4];
        return new PeerFrame(head[0] & 0x0f, (head[0] & 0x80) != 0, payload);
    }

    /// <summary>Reads to the end of the stream. True when it ends, by FIN or RST.</summary>
    public async Task<bool> DrainAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) > 0)
            {
            }
        }
        catch (IOException)
        {
            return true;
        }

        return true;
    }

    /// <summary>Closes the socket with RST instead of FIN.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    public static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool final = true)
    {
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)payload.Length],
            <= ushort.MaxValue => [126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ =>
            [
                127,
                0,
                0,
                0,
                0,
                (byte)(payload.Length >> 24),
                (byte)(payload.Length >> 16),
                (byte)(payload.Length >> 8),
                (byte)payload.Length,
            ],
        };
        return [(byte)((final ? 0x80 : 0) | opcode), .. length, .. payload];
    }

    private string Accept() =>
        Convert.ToBase64String(
            SHA1.HashData(Encoding.ASCII.GetBytes(Header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    private async Task<byte[]> ExactlyAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Patience);
        return bytes;
    }
}

internal sealed record PeerFrame(int Opcode, bool Final, byte[] Payload)
{
    public int CloseCode => BinaryPrimitives.ReadUInt16BigEndian(Payload);
}

internal static class Opcodes
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;
}
