namespace ActorHeartbeat.Configuration.Settings;

/// <summary>Metrics and traces of the process.</summary>
public sealed record TelemetrySettings
{
    /// <summary>The most endpoints with series of their own in the metrics; the others are counted together. Default 1000.</summary>
    public int EndpointLimit { get; init; } = 1000;

    /// <summary>By label, the endpoints that may have series of their own. Default <c>*</c>, all.</summary>
    public string Select { get; init; } = "*";

    public OtlpSettings Otlp { get; init; } = new();
}

/// <summary>Where metrics and traces are pushed to by the OpenTelemetry protocol.</summary>
public sealed record OtlpSettings
{
    /// <summary>The collector; null (default) for none.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Default grpc.</summary>
    public OtlpProtocol Protocol { get; init; } = OtlpProtocol.Grpc;

    /// <summary>
    /// The environment variable whose text is sent as headers, as <c>name=value,name=value</c>; it may have a key of the collector. It need
    /// not be set. Default <c>OTEL_EXPORTER_OTLP_HEADERS</c>.
    /// </summary>
    public string HeadersFrom { get; init; } = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary>How often metrics are pushed. Default 60 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);
}

public enum OtlpProtocol
{
    /// <summary>OTLP over gRPC, usually on port 4317.</summary>
    Grpc,

    /// <summary>OTLP in protobuf over HTTP, usually on port 4318: metrics at /v1/metrics, traces at /v1/traces.</summary>
    HttpProtobuf,
}
