using System.Collections.Concurrent;
using ActorHeartbeat.Hosting;
using ActorHeartbeat.TestKit;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ActorHeartbeat.Samples;

/// <summary>The README's example of metrics and traces in a service with its own OpenTelemetry.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_service_has_the_metrics_and_traces_in_its_own_OpenTelemetry()
    {
        await using var server = await FeedServer.StartAsync();
        var seen = new ConcurrentDictionary<string, string>();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("measured", akka => akka.WithConnectionSupervisor(options =>
            options.Add("echo", server.UrlOf(FeedPath.Echo, "echo").ToString())));

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter("ActorHeartbeat"))
            .WithTracing(traces => traces.AddSource("ActorHeartbeat"));

        using var exporter = new Names<Metric>(metric => seen[metric.Name] = metric.Unit);
        using var reader = new BaseExportingMetricReader(exporter);
        using var spans = new Names<System.Diagnostics.Activity>(activity => seen[activity.OperationName] = $"{activity.Status}");
        using var processor = new SimpleActivityExportProcessor(spans);
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddReader(reader));
        builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(processor));
        using var host = builder.Build();
        await host.StartAsync();
        await server.WaitUntilAsync(now => now.Client("echo") is not null, TimeSpan.FromSeconds(30));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!seen.ContainsKey("connect"))
            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token); // a real socket, in real time

        host.Services.GetRequiredService<MeterProvider>().ForceFlush();

        Assert.Equal("By", seen["actorheartbeat.io"]);
        Assert.Equal(("Ok", "Ok"), (seen["upgrade"], seen["connect"]));
        await host.StopAsync();
    }

    private sealed class Names<T>(Action<T> see) : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch)
        {
            foreach (var each in batch)
                see(each);
            return ExportResult.Success;
        }
    }
}
