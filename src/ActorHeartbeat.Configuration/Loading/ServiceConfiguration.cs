using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Configuration.Schema;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>A configuration that is sound as a whole: what a service runs on. Immutable; a reload makes another one.</summary>
public sealed class ServiceConfiguration
{
    private const string NoSection = "{}";

    private readonly Lazy<Dictionary<string, LayeredEndpoint>> _byId; // most configurations are never shown
    private readonly Cursor? _akka;

    internal ServiceConfiguration(Bound bound, SourceFiles files)
    {
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

    /// <summary>Who writes feeds somewhere, in the order of the files.</summary>
    public ValueList<SinkSettings> Sinks { get; }

    /// <summary>
    /// The <c>akka</c> section as HOCON text, resolved, for <c>ConfigurationFactory.ParseString</c>; <c>{}</c> when there is none. JSON,
    /// which Akka.NET's own parser reads exactly, but for two things: a text loses white space at its ends, and the text "null" is the
    /// same as null.
    /// </summary>
    public string Akka { get; }

    /// <summary>Whether the section says anything.</summary>
    public bool HasAkka => Akka != NoSection;

    /// <summary>Tells whether <see cref="Akka"/> changed without showing it.</summary>
    public string AkkaHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Akka)));

    /// <summary>What was read: every file, and those that were looked for and not there.</summary>
    public SourceFiles Files { get; }

    /// <summary>A hash over the content of all files, as 64 hexadecimal digits.</summary>
    public string Hash => Files.Hash;

    /// <summary>The same files as ones that cannot be used: the actor system does not start with their <c>akka</c> section.</summary>
    /// <param name="why">What the actor system says.</param>
    public LoadResult WithAkkaRefused(string why)
    {
        if (_akka is not { } section)
            throw new InvalidOperationException("there is no akka section");
        section.ReportKey($"the actor system does not start with this section: {why}");
        return new LoadResult(null, section.Diagnostics.Sorted, Files);
    }

    /// <summary>An endpoint with the layers it was made of; null when there is none of that id.</summary>
    internal LayeredEndpoint? Layered(EndpointId id) => _byId.Value.GetValueOrDefault(id.Value);
}
