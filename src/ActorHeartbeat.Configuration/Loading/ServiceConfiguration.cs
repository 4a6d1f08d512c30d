using System.Security.Cryptography;
using System.Text;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Configuration.Loading;

/// <summary>A configuration that is sound as a whole: what a service runs on. Immutable; a reload makes another one.</summary>
public sealed class ServiceConfiguration
{
    private readonly Lazy<Dictionary<string, LayeredEndpoint>> _byId; // most configurations are never shown

    internal ServiceConfiguration(Bound bound, SourceFiles files)
    {
        Process = bound.Process;
        Groups = [.. bound.Groups];
        Endpoints = new ValueList<EndpointSettings>([.. bound.Endpoints.Select(endpoint => endpoint.Settings)]);
        Sinks = [.. bound.Sinks];
        Akka = bound.Akka;
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

    /// <summary>The <c>akka</c> section as HOCON text, resolved, for <c>ConfigurationFactory.ParseString</c>; <c>{}</c> when there is none.</summary>
    public string Akka { get; }

    /// <summary>Tells whether <see cref="Akka"/> changed without showing it.</summary>
    public string AkkaHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Akka)));

    /// <summary>What was read: every file, and those that were looked for and not there.</summary>
    public SourceFiles Files { get; }

    /// <summary>A hash over the content of all files, as 64 hexadecimal digits.</summary>
    public string Hash => Files.Hash;

    /// <summary>An endpoint with the layers it was made of; null when there is none of that id.</summary>
    internal LayeredEndpoint? Layered(EndpointId id) => _byId.Value.GetValueOrDefault(id.Value);
}
