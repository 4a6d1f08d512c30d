namespace ActorHeartbeat.Hocon;

/// <summary>A file that was asked for while reading.</summary>
/// <param name="Path">As named, relative to the working directory.</param>
/// <param name="Content">Its bytes; null when it was not there or could not be read.</param>
public sealed record HoconFile(string Path, byte[]? Content);

/// <summary>What came of reading.</summary>
/// <param name="Value">The resolved root; null when there are errors.</param>
/// <param name="Errors">All of them, at most as many as the limits allow.</param>
/// <param name="Files">Every file asked for, in order.</param>
public sealed record HoconResult(HoconValue? Value, IReadOnlyList<HoconError> Errors, IReadOnlyList<HoconFile> Files)
{
    public bool IsValid => Errors.Count == 0;

    /// <summary>The root as an object; null when there are errors or the root is a list.</summary>
    public HoconObject? Root => Value as HoconObject;
}
