namespace ActorHeartbeat.MicroBenchmarks;

/// <summary>The bytes that one operation of a benchmark may allocate.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AllocatesAttribute(long most) : Attribute
{
    public long Most => most;
}
