namespace ActorHeartbeat.Configuration.Schema;

/// <summary>Finds the layer that decides a key.</summary>
internal static class Layers
{
    /// <summary>The highest layer that sets the key; null when none does.</summary>
    public static (Layer<TSettings> Layer, Assignment<TSettings> Assignment)? Deciding<TSettings>(
        this IReadOnlyList<Layer<TSettings>> layers, string path)
    {
        for (var index = layers.Count - 1; index >= 0; index--)
        {
            if (layers[index].Find(path) is { } assignment)
                return (layers[index], assignment);
        }
        return null;
    }

    public static TSettings Over<TSettings>(this IReadOnlyList<Layer<TSettings>> layers, TSettings lowest) =>
        layers.Aggregate(lowest, (settings, layer) => layer.Over(settings));
}
