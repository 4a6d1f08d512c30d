using System.Diagnostics;
using ActorHeartbeat.Service.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace ActorHeartbeat.Service.Telemetry;

/// <summary>Tells once that nothing can be pushed to the collector, and once that it can again. Used by one thread at a time.</summary>
/// <param name="what">What is pushed.</param>
/// <param name="collector">Where to.</param>
/// <param name="log">Where it is told.</param>
internal sealed class CollectorReach(string what, Uri collector, Microsoft.Extensions.Logging.ILogger log)
{
    private bool _isLost;

    public ExportResult Note(ExportResult result)
    {
        var isLost = result == ExportResult.Failure;
        if (isLost && !_isLost)
            log.CollectorLost(what, collector);
        else if (!isLost && _isLost)
            log.CollectorFound(what, collector);
        _isLost = isLost;
        return result;
    }
}

/// <summary>Pushes metrics.</summary>
internal sealed class MetricPush(OtlpExporterOptions options, CollectorReach reach) : OtlpMetricExporter(options)
{
    public override ExportResult Export(in Batch<Metric> metrics) => reach.Note(base.Export(metrics));
}

/// <summary>Pushes traces.</summary>
internal sealed class TracePush(OtlpExporterOptions options, CollectorReach reach) : OtlpTraceExporter(options)
{
    public override ExportResult Export(in Batch<Activity> activityBatch) => reach.Note(base.Export(activityBatch));
}
