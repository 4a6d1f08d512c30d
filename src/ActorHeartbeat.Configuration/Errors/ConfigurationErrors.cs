using System.Collections;

namespace ActorHeartbeat.Configuration.Errors;

/// <summary>The errors or the warnings of a configuration: the first ones are kept, the others only counted.</summary>
/// <param name="kept">The kept errors, in the order of the files.</param>
/// <param name="total">Number of errors, including those that are not kept.</param>
public sealed class ConfigurationErrors(IReadOnlyList<ConfigurationError> kept, int total) : IReadOnlyList<ConfigurationError>
{
    public static readonly ConfigurationErrors None = new([], 0);

    /// <summary>Number of errors, of which <see cref="Count"/> are kept.</summary>
    public int Total => total;

    public int Count => kept.Count;

    public ConfigurationError this[int index] => kept[index];

    public IEnumerator<ConfigurationError> GetEnumerator() => kept.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
