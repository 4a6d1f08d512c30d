namespace ActorHeartbeat.Hocon;

/// <summary>A text in which places are counted, as an origin needs to know it.</summary>
internal abstract class HoconSource
{
    public abstract string Name { get; }

    /// <summary>Counted from 1.</summary>
    public abstract int LineOf(int offset);

    /// <summary>Counted from 1, in UTF-16 units.</summary>
    public abstract int ColumnOf(int offset);
}
