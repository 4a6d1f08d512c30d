using System.Globalization;
using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace ActorHeartbeat.Service.Tests;

public sealed class JsonLinesTests
{
    [Fact]
    public void A_state_change_is_one_flat_line_with_every_figure()
    {
        var lines = new Collected();
        using var logger = new LoggerConfiguration().WriteTo.Sink(lines).CreateLogger();
        using var factory = new SerilogLoggerFactory(logger);

        factory
            .CreateLogger("ActorHeartbeat")
            .BackingOff(LogLevel.Warning, new EndpointId("btc"), "backing-off", 7, 3, "dial-failed", "HTTP \"503\"", 1.5);

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new JsonLines().Format(Assert.Single(lines), text);
        Assert.EndsWith("}\n", text.ToString(), StringComparison.Ordinal);
        var line = JsonDocument.Parse(text.ToString()).RootElement;
        Assert.Equal(
            ["time", "level", "message", "endpoint", "state", "incarnation", "attempt", "cause", "detail", "retryInSeconds", "source"],
            line.EnumerateObject().Select(member => member.Name));
        Assert.Equal("warning", line.GetProperty("level").GetString());
        Assert.Equal("btc", line.GetProperty("endpoint").GetString());
        Assert.Equal(
            (7, 3, 1.5),
            (
                line.GetProperty("incarnation").GetInt32(),
                line.GetProperty("attempt").GetInt32(),
                line.GetProperty("retryInSeconds").GetDouble()));
        Assert.Equal(
            "btc                  backing-off   incarnation 7 attempt 3: dial-failed: HTTP \"503\"; next in 1.5 s",
            line.GetProperty("message").GetString());
    }

    private sealed class Collected : List<LogEvent>, ILogEventSink
    {
        public void Emit(LogEvent logEvent) => Add(logEvent);
    }
}
