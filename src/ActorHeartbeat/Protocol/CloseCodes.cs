using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Protocol;

/// <summary>Close codes and their names (RFC 6455 section 7.4 and the IANA WebSocket Close Code Number Registry).</summary>
public static class CloseCodes
{
    public const int NormalClosure = 1000;
    public const int GoingAway = 1001;
    public const int ProtocolError = 1002;
    public const int NoStatusReceived = 1005;
    public const int AbnormalClosure = 1006;
    public const int InvalidPayloadData = 1007;
    public const int PolicyViolation = 1008;
    public const int MessageTooBig = 1009;

    public static string Name(int code) => code switch
    {
        NormalClosure => "Normal Closure",
        GoingAway => "Going Away",
        ProtocolError => "Protocol Error",
        1003 => "Unsupported Data",
        1004 => "Reserved",
        NoStatusReceived => "No Status Received",
        AbnormalClosure => "Abnormal Closure",
        InvalidPayloadData => "Invalid Frame Payload Data",
        1008 => "Policy Violation",
        MessageTooBig => "Message Too Big",
        1010 => "Mandatory Extension",
        1011 => "Internal Error",
        1012 => "Service Restart",
        1013 => "Try Again Later",
        1014 => "Bad Gateway",
        1015 => "TLS Handshake",
        3000 => "Unauthorized",
        3003 => "Forbidden",
        3008 => "Timeout",
        >= 1016 and <= 2999 => "Reserved for the Protocol",
        >= 3000 and <= 3999 => "Registered Use",
        >= 4000 and <= 4999 => "Private Use",
        _ => "Invalid",
    };

    /// <summary>Whether the code may stand in a Close frame (RFC 6455 section 7.4.1: 1004 to 1006 and 1015 must not).</summary>
    public static bool MaySend(int code) => ValueRules.SendableCloseCode.Hold(code);
}
