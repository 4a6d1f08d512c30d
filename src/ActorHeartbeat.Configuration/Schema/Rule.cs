namespace ActorHeartbeat.Configuration.Schema;

/// <summary>A contradiction between two keys, checked when all layers are in place.</summary>
/// <param name="Key">The key that is blamed unless the other was set by a higher layer.</param>
/// <param name="Other">The key it contradicts; null when it contradicts itself.</param>
/// <param name="Broken">Returns the error, which names both keys so that it reads well at either place; null when there is none.</param>
internal sealed record Rule<TSettings>(string Key, string? Other, Func<TSettings, Flaw?> Broken)
{
    /// <summary>
    /// Reports the contradiction at the higher of the two layers, and names the place of the other. Where a layer has an error near one of
    /// the keys, that error comes first: what was meant is not known.
    /// </summary>
    public void Check(TSettings settings, IReadOnlyList<Layer<TSettings>> layers)
    {
        if (layers.Any(layer => !layer.IsSoundAt(Key) || (Other is not null && !layer.IsSoundAt(Other))))
            return;
        if (Broken(settings) is not { } flaw)
            return;
        var key = layers.Deciding(Key);
        var other = Other is null ? null : layers.Deciding(Other);
        if (key is null || (other is not null && Height(layers, other.Value.Layer) > Height(layers, key.Value.Layer)))
            (key, other) = (other, key);
        if (key is not { } blamed)
            throw new InvalidOperationException($"neither {Key} nor {Other} is set by any layer, not even by reference.conf");
        var place = other is { Assignment.At.IsNull: false } opposite
            ? $" ({opposite.Assignment.Key.Path} is set at {opposite.Assignment.At.Place})"
            : "";
        (Part(layers, flaw) ?? blamed.Assignment.At).Report(flaw.Reason + place);
    }

    /// <summary>The part of a value that is wrong, in the highest layer that has it: some values are combined of several layers.</summary>
    private Cursor? Part(IReadOnlyList<Layer<TSettings>> layers, Flaw flaw)
    {
        for (var index = layers.Count - 1; flaw.Find is not null && index >= 0; index--)
        {
            if (layers[index].Find(Key) is { } assignment && flaw.Find(assignment.At) is { } part)
                return part;
        }
        return null;
    }

    private static int Height(IReadOnlyList<Layer<TSettings>> layers, Layer<TSettings> layer)
    {
        var index = layers.Count - 1;
        while (!ReferenceEquals(layers[index], layer))
            index--;
        return index;
    }
}
