namespace ActorHeartbeat.Decoding;

/// <summary>What became of a frame.</summary>
internal enum DecodeResult
{
    /// <summary>It completed a message.</summary>
    Message,

    /// <summary>Its message goes on in the next frame.</summary>
    Incomplete,

    /// <summary>Its message has more bytes than allowed.</summary>
    TooBig,

    /// <summary>It is not coded as configured, is cut off, or has something behind its end.</summary>
    Malformed,
}
