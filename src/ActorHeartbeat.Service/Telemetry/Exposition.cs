using System.Diagnostics.Metrics;
using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Service.Running;
using ActorHeartbeat.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ActorHeartbeat.Service.Telemetry;

/// <summary>Shows metrics to Prometheus, and pushes metrics and traces where the configuration says so, by OpenTelemetry.</summary>
internal static class Exposition
{
    /// <summary>How long a push may take, in milliseconds. The last, of metrics and of traces, hold up the end of the process.</summary>
    private const int Patience = 2000;

    /// <summary>The meter of the runtime: collections, memory, threads, processor time.</summary>
    private const string Runtime = "System.Runtime";

    /// <summary>The most series of an instrument of the runtime: generations, types of exceptions.</summary>
    private const int MostOfRuntime = 200;

    /// <summary>Why nothing can be pushed, in one line with its remedy; null when it can.</summary>
    public static string? Refuse(TelemetrySettings telemetry) =>
        telemetry.Otlp.Endpoint is null || HeadersOf(telemetry.Otlp) is not { } headers || Array.TrueForAll(headers.Split(','), IsHeader)
            ? null
            : $"telemetry.otlp.headers-from: the variable {telemetry.Otlp.HeadersFrom} has no headers such as name=value,name=value; "
                + "correct it, or unset it";

    /// <param name="services">Of the process.</param>
    /// <param name="telemetry">The settings.</param>
    /// <param name="isScraped">Whether Prometheus can read.</param>
    public static void Add(IServiceCollection services, TelemetrySettings telemetry, bool isScraped)
    {
        services.AddSingleton<ProcessFigures>();
        if (isScraped)
            services.AddSingleton<ScrapeRoute>();
        if (!isScraped && telemetry.Otlp.Endpoint is null)
            return;
        var ours = new MeterSettings { EndpointLimit = telemetry.EndpointLimit };
        var all = services.AddOpenTelemetry().ConfigureResource(
            resource => resource.AddService("actorheartbeat", serviceVersion: ServiceVersion.Text));
        all.WithMetrics(metrics =>
        {
            metrics
                .AddMeter(MeterSettings.Name, Runtime)
                .AddView(instrument => Bound(instrument, ours));
            if (isScraped)
                metrics.AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false); // the process has one supervisor
            if (telemetry.Otlp.Endpoint is { } collector)
                metrics.AddReader(services => new PeriodicExportingMetricReader(
                    new MetricPush(
                        Options(telemetry.Otlp, collector, "v1/metrics"),
                        new CollectorReach("metrics", collector, services.GetRequiredService<Microsoft.Extensions.Logging.ILogger>())),
                    (int)telemetry.Otlp.Interval.TotalMilliseconds,
                    Patience));
        });
        if (telemetry.Otlp.Endpoint is { } traces)
            all.WithTracing(tracing => tracing
                .AddSource(MeterSettings.Name)
                .AddProcessor(services => new BatchActivityExportProcessor(
                    new TracePush(
                        Options(telemetry.Otlp, traces, "v1/traces"),
                        new CollectorReach("traces", traces, services.GetRequiredService<Microsoft.Extensions.Logging.ILogger>())),
                    exporterTimeoutMilliseconds: Patience)));
    }

    /// <summary>
    /// OpenTelemetry has room for all series of an instrument from the start. What a view of a distribution does not say, it keeps.
    /// </summary>
    private static MetricStreamConfiguration? Bound(Instrument instrument, MeterSettings ours) => instrument switch
    {
        Histogram<double> => null,
        { Meter.Name: Runtime } => new MetricStreamConfiguration { CardinalityLimit = MostOfRuntime },
        _ => new MetricStreamConfiguration { CardinalityLimit = ours.MostSeries(instrument.Name) },
    };

    private static OtlpExporterOptions Options(OtlpSettings settings, Uri collector, string path)
    {
        var isGrpc = settings.Protocol == OtlpProtocol.Grpc;
        var exporter = new OtlpExporterOptions
        {
            Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            Endpoint = isGrpc ? collector : new Uri($"{collector.AbsoluteUri.TrimEnd('/')}/{path}"),
            TimeoutMilliseconds = Patience,
        };
        if (HeadersOf(settings) is { } headers)
            exporter.Headers = headers;
        return exporter;
    }

    private static string? HeadersOf(OtlpSettings settings) =>
        Environment.GetEnvironmentVariable(settings.HeadersFrom) is { Length: > 0 } headers ? headers : null;

    private static bool IsHeader(string pair) => pair.IndexOf('=', StringComparison.Ordinal) > 0;
}
