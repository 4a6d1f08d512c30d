using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Decoding;

/// <summary>Reads the frames of one connection through a codec, and holds it to its bounds. Not thread-safe.</summary>
/// <param name="name">The name of the codec.</param>
/// <param name="codec">The codec of this connection.</param>
internal sealed class CodecReader(string name, IMessageCodec codec)
{
    /// <summary>A byte of a message can take six in JSON, and there are names around them.</summary>
    private const int MostOfView = 8, AroundView = 1024;

    private IEnumerator<CodecMessage>? _messages;
    private int _most;

    /// <summary>The messages of the frame so far.</summary>
    public int Count { get; private set; }

    /// <summary>Why the connection has to end, with its close code; null while there is no reason.</summary>
    public (int Code, string Why)? Fault { get; private set; }

    public void Begin(ReadOnlyMemory<byte> frame, int most)
    {
        (_most, Count) = (most, 0);
        try
        {
            _messages = codec.Decode(frame, most).GetEnumerator();
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <returns>False at the end of the frame, and where there is a fault.</returns>
    public bool TryRead(out CodecMessage message)
    {
        message = default;
        try
        {
            if (Fault is not null || !_messages!.MoveNext())
                return false;
            message = _messages.Current;
        }
        catch (Exception error)
        {
            Fail(error);
            return false;
        }
        if (message.Payload.Length > _most || message.View.Length > (_most * (long)MostOfView) + AroundView || ++Count > _most)
        {
            Fail(new CodecException($"a frame decodes to more than limits.message, {_most} bytes, allows", isTooBig: true));
            return false;
        }
        return true;
    }

    /// <summary>Ends the frame.</summary>
    public void End()
    {
        try
        {
            _messages?.Dispose();
        }
        catch (Exception error)
        {
            Fail(error);
        }
        _messages = null;
    }

    // The codec is code of the host, so it may throw anything: a text of an exception that is not meant for it may repeat what was read.
    private void Fail(Exception error) => Fault ??= error is CodecException wrong
        ? (wrong.IsTooBig ? CloseCodes.MessageTooBig : CloseCodes.InvalidPayloadData, $"{name}: {PeerText.Of(wrong.Message)}")
        : (CloseCodes.InvalidPayloadData, $"{name}: the codec failed with {error.GetType().Name}");
}
