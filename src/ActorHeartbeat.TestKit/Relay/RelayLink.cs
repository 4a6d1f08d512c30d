using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace ActorHeartbeat.TestKit;

/// <summary>One client's connection through a <see cref="TcpRelay"/>, and the matching connection to the server.</summary>
internal sealed class RelayLink(TcpRelay relay, Socket client)
{
    private const int ChunkSize = 16 * 1024;

    // Maximum number of chunks in transit in one direction; beyond it the sender meets backpressure.
    private const int ChunksOnTheWay = 64;

    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _forwarding = new();

    public async Task RunAsync(IPEndPoint target, CancellationToken stopping)
    {
        client.NoDelay = true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_forwarding.Token, stopping);
        try
        {
            await _server.ConnectAsync(target, over.Token).ConfigureAwait(false);
            await Task.WhenAll(
                ForwardAsync(client, _server, relay.ToServer, over),
                ForwardAsync(_server, client, relay.ToClient, over)).ConfigureAwait(false);
        }
        catch (Exception ended) when (LostSocket.IsMeantBy(ended))
        {
            if (_forwarding.IsCancellationRequested)
                await FinishAsync(stopping).ConfigureAwait(false);
            else
                Reset();
        }
        client.Dispose();
        _server.Dispose();
    }

    /// <summary>FIN to both sides.</summary>
    public void Cut() => _forwarding.Cancel();

    /// <summary>RST to both sides.</summary>
    public void Reset()
    {
        client.Close(0);
        _server.Close(0);
    }

    private async Task ForwardAsync(Socket from, Socket to, RelayCounter counter, CancellationTokenSource over)
    {
        var chunks = Channel.CreateBounded<(byte[] Bytes, long ReadAt)>(ChunksOnTheWay);
        var reading = ReadAsync(from, chunks.Writer, over.Token);
        try
        {
            await WriteAsync(to, chunks.Reader, counter, over.Token).ConfigureAwait(false);
        }
        catch
        {
            // A direction that breaks ends the other one, too; a direction that ends normally does not.
            await over.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            await reading.ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(Socket from, ChannelWriter<(byte[] Bytes, long ReadAt)> chunks, CancellationToken over)
    {
        try
        {
            var buffer = new byte[ChunkSize];
            while (await from.ReceiveAsync(buffer, over).ConfigureAwait(false) is > 0 and var read)
                await chunks.WriteAsync((buffer[..read], relay.Time.GetTimestamp()), over).ConfigureAwait(false);
            chunks.Complete();
        }
        catch (Exception ended) when (LostSocket.IsMeantBy(ended))
        {
            // Pass the end to the writer, so that a reset arrives as a reset.
            chunks.Complete(new IOException("the connection ended", ended));
        }
    }

    private async Task WriteAsync(
        Socket to, ChannelReader<(byte[] Bytes, long ReadAt)> chunks, RelayCounter counter, CancellationToken over)
    {
        await foreach (var (bytes, readAt) in chunks.ReadAllAsync(over).ConfigureAwait(false))
        {
            var early = relay.Delay - relay.Time.GetElapsedTime(readAt);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, relay.Time, over).ConfigureAwait(false);
            await relay.WhileFrozenAsync(over).ConfigureAwait(false);
            await ThrottledAsync(to, bytes, counter, over).ConfigureAwait(false);
        }
        await relay.WhileFrozenAsync(over).ConfigureAwait(false);
        to.Shutdown(SocketShutdown.Send);
    }

    private async Task ThrottledAsync(Socket to, ReadOnlyMemory<byte> bytes, RelayCounter counter, CancellationToken over)
    {
        while (!bytes.IsEmpty)
        {
            var limit = relay.BytesPerSecond;
            // Twenty steps a second, so that a slow line is slow and not merely late.
            var step = limit is { } perSecond ? Math.Min(bytes.Length, Math.Max(1, perSecond / 20)) : bytes.Length;
            Interlocked.Add(ref counter.Bytes, step); // first, so that received bytes are already counted
            await to.SendAsync(bytes[..step], over).ConfigureAwait(false);
            bytes = bytes[step..];
            if (limit is { } rate)
                await Task.Delay(TimeSpan.FromSeconds((double)step / rate), relay.Time, over).ConfigureAwait(false);
        }
    }

    /// <summary>Ends both sides with FIN, and reads both until they have left, too: unread bytes would turn the FIN into an RST.</summary>
    private async Task FinishAsync(CancellationToken stopping)
    {
        var sink = new byte[ChunkSize];
        try
        {
            foreach (var socket in new[] { client, _server })
                socket.Shutdown(SocketShutdown.Send);
            foreach (var socket in new[] { client, _server })
            {
                while (await socket.ReceiveAsync(sink, stopping).ConfigureAwait(false) > 0)
                {
                    // These bytes are lost on the way.
                }
            }
        }
        catch (Exception ended) when (LostSocket.IsMeantBy(ended))
        {
            // One side was gone before the end.
        }
    }
}
