using ActorHeartbeat.Hocon;

namespace Akka.Configuration;

/// <summary>Makes configurations from HOCON text.</summary>
public static class ConfigurationFactory
{
    private static readonly Lazy<Config> Reference = new(ReadReference);

    public static Config Empty => Config.Empty;

    /// <exception cref="FormatException">The text is not HOCON; the message has every error with its line and column.</exception>
    public static Config ParseString(string hocon) => Parse(hocon, "text");

    /// <summary>What every system falls back to.</summary>
    public static Config Default() => Reference.Value;

    private static Config ReadReference()
    {
        using var stream = typeof(ConfigurationFactory).Assembly.GetManifestResourceStream("Akka.reference.conf")!;
        return Parse(new StreamReader(stream).ReadToEnd(), "reference.conf");
    }

    private static Config Parse(string hocon, string name)
    {
        var result = HoconDocument.Load(hocon, name);
        return result.IsValid
            ? new Config(result.Root ?? throw new FormatException($"{name}: a configuration is an object, not a list."))
            : throw new FormatException(string.Join(Environment.NewLine, result.Errors));
    }
}
