namespace ActorHeartbeat.Service.Contract;

/// <summary>What the process itself has and has lost.</summary>
/// <param name="Version">The version of the service.</param>
/// <param name="Descriptors">File descriptors.</param>
/// <param name="Api">Connections to the API.</param>
/// <param name="LogLinesDropped">Lines of the log that are lost: not read in time, without a reader, or refused by a full disk.</param>
internal sealed record ProcessView(string Version, DescriptorsView Descriptors, PlacesView Api, long LogLinesDropped);

/// <param name="Limit">The limit (RLIMIT_NOFILE); null for none.</param>
/// <param name="Open">How many are open; 0 where that is not known.</param>
/// <param name="Kept">How many dials leave to everything else; null without a limit.</param>
internal sealed record DescriptorsView(int? Limit, int Open, int? Kept);

/// <param name="Connections">Connections to the API now.</param>
/// <param name="MostConnections">Connections at once.</param>
/// <param name="Streams">Event streams now.</param>
/// <param name="MostStreams">Event streams at once.</param>
internal sealed record PlacesView(int Connections, int MostConnections, int Streams, int MostStreams);
