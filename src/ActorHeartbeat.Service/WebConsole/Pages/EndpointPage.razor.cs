using System.Globalization;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Operating;
using ActorHeartbeat.Subscriptions;
using Microsoft.AspNetCore.Components;

namespace ActorHeartbeat.Service.WebConsole.Pages;

/// <summary>One endpoint: how it stands, why, what it waits for, what has become of it, and the commands for it.</summary>
public sealed partial class EndpointPage
{
    private const int MostChanges = 24;

    private Series _roundTrips = new(), _rates = new();
    private string _shown = "";
    private Standing? _standing;
    private ExplanationView? _explanation;
    private IReadOnlyList<KeyStatus> _keys = [];
    private (DateTimeOffset At, long Messages)? _counted;
    private bool _isUnknown;

    /// <summary>The endpoint, from the address.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>The verb of a command that the page asks for at once; it is not done without a yes.</summary>
    [SupplyParameterFromQuery]
    public string? Ask { get; set; }

    private Remedy Remedy => Remedy.Of(_standing!, verb => $"{verb} {Id}"); // not null: asked for while it is shown

    /// <summary>Another endpoint begins anew.</summary>
    protected override void OnParametersSet()
    {
        if (_shown == Id)
            return;
        (_shown, _roundTrips, _rates, _counted, _standing, _explanation) = (Id, new Series(), new Series(), null, null, null);
    }

    /// <inheritdoc/>
    protected override async Task LookAsync()
    {
        var id = Id;
        var endpoint = EndpointId.Reject(id) is null ? await Connections.GetEndpointAsync(new EndpointId(id), Closed) : null;
        var explanation = endpoint is null ? null : await Explainer.ExplainAsync(endpoint, Closed);
        var keys = endpoint is { Subscriptions.Count: > 0 } ? await Connections.GetSubscriptionsAsync(endpoint.Id, Closed) : [];
        if (id != Id)
            return; // another is shown by now
        _isUnknown = endpoint is null;
        if (endpoint is null)
            return;
        (_standing, _explanation, _keys) = (Standing.Of(EndpointView.Of(endpoint)), explanation, keys);
        _roundTrips.Add(Now, _standing.Endpoint.RttMs.Last);
        Count(endpoint.Figures.MessagesIn);
    }

    private void Count(long messages)
    {
        if (_counted is { } before && Now > before.At)
            _rates.Add(Now, Math.Max(0, messages - before.Messages) / (Now - before.At).TotalSeconds);
        _counted = (Now, messages);
    }

    private static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.#} ms");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
