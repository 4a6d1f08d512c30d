namespace Akka.Configuration;

/// <summary>Makes configurations from HOCON text.</summary>
public static class ConfigurationFactory
{
    private static readonly Lazy<Config> Reference = new(ReadReference);

    public static Config Empty => Config.Empty;

    /// <exception cref="FormatException">The text is not HOCON; the message names the line.</exception>
    public static Config ParseString(string hocon) => new(ConfigReader.Read(hocon));

    /// <summary>What every system falls back to.</summary>
    public static Config Default() => Reference.Value;

    private static Config ReadReference()
    {
        using var stream = typeof(ConfigurationFactory).Assembly.GetManifestResourceStream("Akka.reference.conf")!;
        return ParseString(new StreamReader(stream).ReadToEnd());
    }
}
