using System.Globalization;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Operating;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace ActorHeartbeat.Service.WebConsole.Pages;

/// <summary>One endpoint: how it stands, why, what it waits for, what has become of it, and the commands for it.</summary>
public sealed partial class EndpointPage
{
    private const int MostKeys = 200, MostChanges = 24;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly Series _roundTrips = new(), _rates = new();
    private Standing? _standing;
    private ExplanationView? _explanation;
    private IReadOnlyList<SubscriptionView> _keys = [];
    private DateTimeOffset _now;
    private bool _isUnknown;
    private IDisposable? _watching;

    /// <summary>The endpoint, from the address.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    private Remedy Remedy => Remedy.Of(_standing!, verb => $"{verb} {Id}"); // not null: asked for while it is shown

    public void Dispose() => _watching?.Dispose();

    protected override void OnInitialized() => _watching = Watch.Watch(moment => InvokeAsync(() => ShowAsync(moment)));

    private async Task ShowAsync(FleetMoment moment)
    {
        if (moment.At - _now < Pace && !_isUnknown)
            return;
        if (EndpointId.Reject(Id) is not null || await Connections.GetEndpointAsync(new EndpointId(Id)) is not { } endpoint)
        {
            _isUnknown = true;
            StateHasChanged();
            return;
        }
        _isUnknown = false;
        (_now, _standing) = (moment.At, Standing.Of(EndpointView.Of(endpoint)));
        _explanation = await EndpointRoutes.ExplainAsync(endpoint, Connections, Time, CancellationToken.None);
        _keys = endpoint.Settings.Subscriptions.Count == 0 && endpoint.Subscriptions.Count == 0
            ? []
            : [.. (await Connections.GetSubscriptionsAsync(endpoint.Id)).Select(key => SubscriptionView.Of(key, isDeclared: true))
                .OrderBy(key => Array.IndexOf(Order, key.State))];
        _roundTrips.Add(_now, _standing.Endpoint.RttMs.Last);
        _rates.Add(_now, moment.Rates.TryGetValue(Id, out var rate) ? rate : null);
        StateHasChanged();
    }

    /// <summary>Asks before it does anything, and says how the command line does the same.</summary>
    private async Task Ask(EndpointAction action)
    {
        var parameters = new DialogParameters<ActionDialog> { { dialog => dialog.Verb, action.Verb }, { dialog => dialog.Id, Id } };
        var dialog = await Dialogs.ShowAsync<ActionDialog>($"{action.Name} {Id}?", parameters);
        if (await dialog.Result is not { Canceled: false, Data: string body })
            return;
        var answer = await Script.InvokeAsync<ApiAnswer>(
            "actorHeartbeat.send", "POST", $"/v1/endpoints/{Id}/{action.Verb}", body.Length > 0 ? body : null);
        Told.Add(
            answer.IsGood ? $"{action.Name}: done" : $"{action.Name} was refused: {answer.Why}",
            answer.IsGood ? Severity.Success : Severity.Error);
    }

    private static readonly string[] Order = ["refused", "stale", "gone", "wanted", "asked", "accepted"];

    private static string KindOf(string state) => state switch
    {
        "accepted" => "well",
        "wanted" or "asked" => "starting",
        _ => "down",
    };

    private static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
