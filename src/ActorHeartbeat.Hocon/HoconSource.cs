namespace ActorHeartbeat.Hocon;

/// <summary>The part of a text that an origin needs: its name, and line and column by offset.</summary>
internal abstract class HoconSource
{
    public abstract string Name { get; }

    /// <summary>Counted from 1.</summary>
    public abstract int LineOf(int offset);

    /// <summary>Counted from 1, in UTF-16 units.</summary>
    public abstract int ColumnOf(int offset);
}
