using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>What became of a command, for each endpoint. Many add to it at once.</summary>
internal sealed class CommandReport(string name, bool isDryRun, InvocationConfiguration console)
{
    /// <summary>More successes than these are counted in place of being listed.</summary>
    private const int MostListed = 20;

    private readonly Lock _lock = new();
    private readonly List<Line> _lines = [];
    private bool _isForbidden;

    public TextWriter Error { get; } = TextWriter.Synchronized(console.Error);

    public void AddUnknown(IReadOnlyList<string> ids, IEnumerable<string> known)
    {
        foreach (var id in ids)
            Add(new Line(id, "unknown", null, Selection.Unknown(id, known)));
    }

    public void AddPlanned(IEnumerable<EndpointView> endpoints)
    {
        foreach (var endpoint in endpoints)
            Add(new Line(endpoint.Id, "planned", endpoint.State, $"would {name}; it is {endpoint.State}"));
    }

    public void Add(EndpointView endpoint, ApiAnswer answer)
    {
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            _isForbidden = true;
        if (!answer.IsGood)
        {
            AddFailed(endpoint, answer.Refusal);
            return;
        }
        var (member, state) = StateIn(answer.Body);
        var detail = member == "status" ? state : $"{name}: was {endpoint.State}, is {state}";
        Add(new Line(endpoint.Id, "done", member == "status" ? endpoint.State : state, detail));
    }

    public void AddFailed(EndpointView endpoint, string why) => Add(new Line(endpoint.Id, "failed", endpoint.State, why));

    /// <returns>The exit code: all, some or none.</returns>
    public async Task<int> Print(bool isJson)
    {
        Line[] lines = [.. _lines.OrderBy(line => line.Id, StringComparer.Ordinal)];
        Line[] bad = [.. lines.Where(line => line.IsBad)];
        Line[] good = [.. lines.Where(line => !line.IsBad)];
        if (isJson)
            await console.Output.WriteAsync(PeerText.OfJson(VerbOutput.Json(json => Write(json, lines)).TrimEnd()) + "\n");
        else
            await PrintGood(good, lines.Length);
        foreach (var line in bad)
            await Error.WriteLineAsync($"{line.Id}: {line.Detail}");
        if (lines.Length == 0)
            await Error.WriteLineAsync("no endpoint matches");
        return good.Length == 0 && _isForbidden ? ExitCode.Runtime : ExitCode.Of(good.Length, bad.Length);
    }

    private async Task PrintGood(Line[] good, int all)
    {
        if (good.Length <= MostListed || isDryRun)
        {
            foreach (var line in good)
                await console.Output.WriteLineAsync($"{line.Id}: {line.Detail}");
        }
        if (all > 1)
        {
            var what = isDryRun ? "nothing was done; this would be" : name;
            await console.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what}: {good.Length} of {all} endpoints"));
        }
    }

    private void Write(Utf8JsonWriter json, Line[] lines)
    {
        json.WriteStartObject();
        json.WriteString("command", name);
        json.WriteBoolean("dryRun", isDryRun);
        json.WriteStartArray("endpoints");
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteString("id", line.Id);
            json.WriteString("outcome", line.Outcome);
            json.WriteString("state", line.State);
            json.WriteString("detail", line.Detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The new state of an endpoint, or the status of a message.</summary>
    private static (string Member, string State) StateIn(string body)
    {
        using var document = JsonDocument.Parse(body);
        foreach (var member in (string[])["state", "status"])
        {
            if (document.RootElement.TryGetProperty(member, out var found))
                return (member, PeerText.Of(found.ToString()));
        }
        return ("status", "done");
    }

    private void Add(Line line)
    {
        lock (_lock)
            _lines.Add(line);
    }

    /// <param name="Outcome"><c>done</c>, <c>failed</c>, <c>unknown</c> or <c>planned</c>.</param>
    /// <param name="State">Its state after the command, or now.</param>
    private sealed record Line(string Id, string Outcome, string? State, string Detail)
    {
        public bool IsBad => Outcome is "failed" or "unknown";
    }
}
