namespace ActorHeartbeat.TestKit;

/// <summary>Frame opcodes of RFC 6455 section 5.2; 3-7 and 11-15 are reserved.</summary>
public static class Opcode
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    /// <summary>Control frames have the highest bit of the opcode set (RFC 6455 section 5.5).</summary>
    public static bool IsControl(int opcode) => opcode >= 8;
}
