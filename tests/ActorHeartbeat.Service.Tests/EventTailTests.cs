using System.Globalization;
using System.Net;
using System.Text;
using ActorHeartbeat.Service.Events;

namespace ActorHeartbeat.Service.Tests;

public sealed class EventTailTests
{
    [Fact]
    public async Task A_stream_that_breaks_is_resumed_after_the_last_id_and_repeated_events_are_printed_once()
    {
        using var stop = new CancellationTokenSource(RunningService.Deadline);
        var service = new ScriptedService(
            () => Events("id: run;a=1\ndata: " + Text("a", 1) + "\n\n", "data: " + Text("a", 2) + "\n\n"),
            () => throw new HttpRequestException("nobody there"),
            () => Events("id: run;a=2\ndata: " + Text("a", 2) + "\n\n", "id: run;a=3\ndata: " + Text("a", 3) + "\n\n"));
        using var client = new HttpClient(service) { BaseAddress = new Uri("http://localhost") };
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        var printed = new List<string>();

        await new EventTail(client, "/v1/events?select=*", null, TimeProvider.System).Run(
            async line =>
            {
                printed.Add(line);
                if (printed.Count == 3)
                    await stop.CancelAsync();
            },
            error,
            stop.Token);

        Assert.Equal([Text("a", 1), Text("a", 2), Text("a", 3)], printed);
        Assert.Equal("|run;a=1|run;a=1", string.Join('|', service.LastEventIds));
        Assert.Contains("nobody there", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What becomes of a key repeats the number of the message before it.</summary>
    [Fact]
    public async Task Events_of_keys_are_printed_each_time()
    {
        using var stop = new CancellationTokenSource(RunningService.Deadline);
        const string Key = """{"instance":"run","endpoint":"a","epoch":1,"seq":1,"type":"subscription","subscription":"trades/x"}""";
        var service = new ScriptedService(
            () => Events([.. new[] { Text("a", 1), Key, Key, Text("a", 2) }.Select(each => "data: " + each + "\n\n")]));
        using var client = new HttpClient(service) { BaseAddress = new Uri("http://localhost") };
        var printed = new List<string>();

        await new EventTail(client, "/v1/endpoints/a/events", null, TimeProvider.System).Run(
            async line =>
            {
                printed.Add(line);
                if (line == Text("a", 2))
                    await stop.CancelAsync();
            },
            TextWriter.Null,
            stop.Token);

        Assert.Equal([Text("a", 1), Key, Key, Text("a", 2)], printed);
    }

    [Fact]
    public async Task A_service_that_was_never_there_is_an_error_with_its_address()
    {
        var service = new ScriptedService(() => throw new HttpRequestException("nobody there"));
        using var client = new HttpClient(service) { BaseAddress = new Uri("http://localhost:1") };

        var problem = await Assert.ThrowsAsync<TailException>(() =>
            new EventTail(client, "/v1/endpoints/a/events", null, TimeProvider.System).Run(
                _ => ValueTask.CompletedTask, TextWriter.Null, CancellationToken.None));

        Assert.Equal("http://localhost:1/v1/endpoints/a/events: nobody there", problem.Message);
    }

    private static string Text(string endpoint, int seq) =>
        $$"""{"instance":"run","endpoint":"{{endpoint}}","epoch":1,"seq":{{seq}},"type":"text","text":"x"}""";

    private static HttpResponseMessage Events(params string[] events) =>
        new(HttpStatusCode.OK) { Content = new StringContent(string.Concat(events), Encoding.UTF8, "text/event-stream") };

    private sealed class ScriptedService(params Func<HttpResponseMessage>[] answers) : HttpMessageHandler
    {
        public List<string> LastEventIds { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            LastEventIds.Add(request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : "");
            return Task.FromResult(answers[LastEventIds.Count - 1]());
        }
    }
}
