using System.Text;
using System.Text.Unicode;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Frames;

/// <summary>Watches what a peer sends: reports pongs, and remembers its newest ping and its Close frame.</summary>
internal struct InboundFrames
{
    /// <summary>The most payload bytes of a control frame (RFC 6455 section 5.5).</summary>
    private const int MaxControlPayload = 125;

    private FrameHeaderReader _frame;
    private byte[]? _control;
    private byte[]? _lastPing;
    private int _collected;

    /// <summary>Pings that have arrived whole.</summary>
    public long Pings { get; private set; }

    /// <summary>The payload of the newest ping; valid until the next arrives.</summary>
    public readonly byte[] LastPing => _lastPing ?? [];

    /// <summary>The code of the peer's Close frame, 1005 when it carried none, 0 before it arrives.</summary>
    public int CloseCode { get; private set; }

    /// <summary>
    /// What RFC 6455 forbids in the peer's Close frame (sections 5.5.1 and 7.4); null when the frame is valid or has not arrived.
    /// </summary>
    public string? CloseFlaw { get; private set; }

    /// <summary>
    /// The reason of a Close frame whose only flaw is that its reason is not valid UTF-8, with U+FFFD for what cannot be read; else null.
    /// </summary>
    public string? FlawedReason { get; private set; }

    public void Inspect(ReadOnlySpan<byte> data, IConnectionObserver observer)
    {
        var position = 0;
        while (position < data.Length)
        {
            if (_frame.PayloadLeft > 0)
            {
                var start = position;
                var length = _frame.SkipPayload(data, ref position);
                if (_frame.Opcode is Opcode.Ping or Opcode.Pong or Opcode.Close)
                    InspectPayload(data.Slice(start, length), observer);
            }
            else if (_frame.ReadHeader(data, ref position))
            {
                _collected = 0;
                if (_frame.PayloadLeft == 0)
                    Complete([], observer);
            }
        }
    }

    private void InspectPayload(ReadOnlySpan<byte> part, IConnectionObserver observer)
    {
        var whole = _collected + part.Length + _frame.PayloadLeft;
        if (whole > MaxControlPayload)
            return;
        if (_frame.Opcode == Opcode.Close)
            ReadCloseCode(part);

        if (_collected == 0 && _frame.PayloadLeft == 0)
        {
            Complete(part, observer);
            return;
        }

        if (_control is null || _control.Length < whole)
            _control = new byte[whole]; // answers to our pings are short, and nothing is collected before the first part
        part.CopyTo(_control.AsSpan(_collected));
        _collected += part.Length;
        if (_frame.PayloadLeft == 0)
            Complete(_control.AsSpan(0, _collected), observer);
    }

    private void Complete(ReadOnlySpan<byte> payload, IConnectionObserver observer)
    {
        if (_frame.Opcode == Opcode.Ping)
            Remember(payload);
        else if (_frame.Opcode == Opcode.Pong)
            observer.OnPong(payload);
        else if (_frame.Opcode == Opcode.Close && payload.IsEmpty)
            CloseCode = CloseCodes.NoStatusReceived;
        else if (_frame.Opcode == Opcode.Close)
            InspectClose(payload);
    }

    private void Remember(ReadOnlySpan<byte> ping)
    {
        Pings++;
        if (_lastPing?.Length != ping.Length)
            _lastPing = new byte[ping.Length]; // most peers send pings of one length
        ping.CopyTo(_lastPing);
    }

    private void InspectClose(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < sizeof(ushort))
            CloseFlaw = "half a close code";
        else if (!CloseCodes.MaySend(CloseCode))
            CloseFlaw = $"the close code {CloseCode}, which must not be sent";
        else if (payload[sizeof(ushort)..] is var reason && !Utf8.IsValid(reason))
            (CloseFlaw, FlawedReason) = ("a reason that is not valid UTF-8", Encoding.UTF8.GetString(reason));
    }

    /// <summary>The code may come in two pieces.</summary>
    private void ReadCloseCode(ReadOnlySpan<byte> part)
    {
        for (var index = 0; index < part.Length && _collected + index < 2; index++)
        {
            if (_collected + index == 0)
                CloseCode = part[index] << 8;
            else
                CloseCode |= part[index];
        }
    }
}
