namespace ActorHeartbeat.Hocon;

/// <summary>A file that was read, or looked for, during parsing.</summary>
/// <param name="Path">The path as named; a relative path is relative to the working directory.</param>
/// <param name="Content">Its bytes; null when it is missing or cannot be read.</param>
public sealed record HoconFile(string Path, byte[]? Content);

/// <summary>The result of reading: a value or errors.</summary>
/// <param name="Value">The resolved root; null when there are errors.</param>
/// <param name="Errors">All errors, up to <see cref="HoconLimits.Errors"/>.</param>
/// <param name="Files">Every file read or looked for, in order.</param>
public sealed record HoconResult(HoconValue? Value, IReadOnlyList<HoconError> Errors, IReadOnlyList<HoconFile> Files)
{
    public bool IsValid => Errors.Count == 0;

    /// <summary>The root as an object; null when there are errors or the root is a list.</summary>
    public HoconObject? Root => Value as HoconObject;
}
