using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Configuration.Errors;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>A valid configuration, on which a service runs. Immutable; a reload creates a new one.</summary>
public sealed class ServiceConfiguration
{
    private const string NoSection = "{}";

    private readonly Lazy<Dictionary<string, LayeredEndpoint>> _byId; // most configurations are never shown
    private readonly Cursor? _akka;

    internal ServiceConfiguration(BoundConfiguration bound, ConfigurationErrors warnings, SourceFiles files)
    {
        Warnings = warnings;
        Process = bound.Process;
        Groups = [.. bound.Groups];
        Endpoints = new ValueList<EndpointSettings>([.. bound.Endpoints.Select(endpoint => endpoint.Settings)]);
        Sinks = [.. bound.Sinks];
        _akka = bound.Akka;
        Akka = _akka?.Json ?? NoSection;
        Files = files;
        var layered = bound.Endpoints;
        _byId = new(() => layered.ToDictionary(endpoint => endpoint.Settings.Id.Value, StringComparer.Ordinal));
    }

    public ProcessSettings Process { get; }

    /// <summary>In the order of the files.</summary>
    public ValueList<GroupSettings> Groups { get; }

    /// <summary>In the order of the files, paused ones included.</summary>
    public ValueList<EndpointSettings> Endpoints { get; }

    /// <summary>The writers of feeds, in the order of the files.</summary>
    public ValueList<SinkSettings> Sinks { get; }

    /// <summary>
    /// The resolved <c>akka</c> section as HOCON text for <c>ConfigurationFactory.ParseString</c>;
    /// <c>{}</c> when there is none. The text is JSON, which Akka.NET's own parser reads exactly,
    /// with two exceptions: a text loses white space at its ends, and the text "null" becomes null.
    /// </summary>
    public string Akka { get; }

    /// <summary>Whether the section has any content.</summary>
    public bool HasAkka => Akka != NoSection;

    /// <summary>A hash that shows whether <see cref="Akka"/> changed, without its content.</summary>
    public string AkkaHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Akka)));

    /// <summary>The keys that can never have an effect, in the order of the files. They do no harm.</summary>
    public ConfigurationErrors Warnings { get; }

    /// <summary>Every file that was read, and those that were looked for and are missing.</summary>
    public SourceFiles Files { get; }

    /// <summary>A hash over the content of all files, as 64 hexadecimal digits.</summary>
    public string Hash => Files.Hash;

    /// <summary>A result without a configuration: the actor system does not start with the <c>akka</c> section of these files.</summary>
    /// <param name="why">The error of the actor system.</param>
    public LoadResult WithAkkaRefused(string why)
    {
        if (_akka is not { } section)
            throw new InvalidOperationException("there is no akka section");
        if (Quoted(section, why).ToArray() is [var value])
            value.Report($"the actor system does not start with this value: {why}");
        else
            section.ReportKey($"the actor system does not start with this section: {why}");
        return new LoadResult(null, section.Sources.Errors, Files);
    }

    /// <summary>The values that an error of the actor system quotes: it knows no places.</summary>
    private static IEnumerable<Cursor> Quoted(Cursor section, string why)
    {
        foreach (var field in (section.Fields ?? []).Select(section.Below))
        {
            if (field.Text is { Length: > 0 } text && Quotes(why, text))
                yield return field;
            foreach (var below in Quoted(field, why))
                yield return below;
        }
    }

    private static bool Quotes(string why, string text) =>
        why.Contains($"'{text}'", StringComparison.OrdinalIgnoreCase) || why.Contains($"\"{text}\"", StringComparison.OrdinalIgnoreCase);

    /// <summary>An endpoint with its layers; null when there is none with that id.</summary>
    internal LayeredEndpoint? Layered(EndpointId id) => _byId.Value.GetValueOrDefault(id.Value);
}
