namespace ActorHeartbeat.Configuration;

/// <summary>reference.conf as compiled in: the lowest layer, read once.</summary>
internal static class Reference
{
    private const string Name = "reference.conf";

    public static Bound Bound { get; } = Read();

    private static Bound Read()
    {
        using var stream = typeof(Reference).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"{Name} is not in the assembly");
        using var reader = new StreamReader(stream);
        var diagnostics = new Diagnostics();
        var bound = ConfigurationLoader.BindReference(reader.ReadToEnd(), Name, diagnostics);
        return diagnostics.Count == 0 ? bound : throw new ConfigurationException(diagnostics.Sorted);
    }
}
