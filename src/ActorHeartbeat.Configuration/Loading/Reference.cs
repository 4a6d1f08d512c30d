using System.Collections;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>
/// The embedded reference.conf, the lowest layer. A test ensures that its values equal the defaults
/// of the settings records. So it is read only once, for the first query of a value's origin.
/// </summary>
internal static class Reference
{
    public const string LayerName = "reference";

    private const string Name = "reference.conf";

    private static readonly Lazy<BoundConfiguration> Whole = new(Read);

    public static readonly Layer<ProcessSettings> Process = new(
        LayerName, new LazyList<Assignment<ProcessSettings>>(() => BoundConfiguration.ProcessLayers[0].Assignments));

    public static readonly Layer<EndpointSettings> Defaults = new(
        LayerName, new LazyList<Assignment<EndpointSettings>>(() => BoundConfiguration.Defaults[0].Assignments));

    public static BoundConfiguration BoundConfiguration => Whole.Value;

    private static BoundConfiguration Read()
    {
        using var stream = typeof(Reference).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"{Name} is not in the assembly");
        using var reader = new StreamReader(stream);
        var diagnostics = new Diagnostics();
        var bound = ConfigurationLoader.BindReference(reader.ReadToEnd(), Name, diagnostics);
        return diagnostics.Count == 0 ? bound : throw new ConfigurationException(diagnostics.Sorted);
    }

    /// <summary>A list that is created on first access.</summary>
    private sealed class LazyList<T>(Func<IReadOnlyList<T>> make) : IReadOnlyList<T>
    {
        private readonly Lazy<IReadOnlyList<T>> _made = new(make);

        public int Count => _made.Value.Count;

        public T this[int index] => _made.Value[index];

        public IEnumerator<T> GetEnumerator() => _made.Value.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
