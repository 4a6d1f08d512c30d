using System.Globalization;
using ActorHeartbeat.Service.Operating;
using Microsoft.AspNetCore.Components;

namespace ActorHeartbeat.Service.WebConsole.Pages;

/// <summary>All endpoints, the worst first, filtered by the box and sorted by a head; both stand in the address.</summary>
public sealed partial class Fleet
{
    private const string VenueWord = "venue:";

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private FleetMoment? _moment;
    private List<Standing> _rows = [];
    private string _filter = "";
    private FleetColumn? _sort;
    private bool _isDescending;
    private IDisposable? _watching;

    [SupplyParameterFromQuery(Name = "filter")]
    public string? FilterInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    public string? SortInAddress { get; set; }

    private string Title =>
        _moment?.Standings.Count(each => each.Concern <= Concern.Down) is > 0 and var down
            ? $"{down} down · ActorHeartbeat"
            : "ActorHeartbeat";

    public void Dispose() => _watching?.Dispose();

    protected override void OnInitialized() => _watching = Watch.Watch(moment => InvokeAsync(() => Show(moment)));

    protected override void OnParametersSet()
    {
        _filter = FilterInAddress ?? "";
        var name = SortInAddress ?? "";
        _isDescending = name.StartsWith('-');
        _sort = FleetColumn.All.FirstOrDefault(column => column.Name == name.TrimStart('-'));
        Arrange();
    }

    private void Show(FleetMoment moment)
    {
        _moment = moment;
        Arrange();
        StateHasChanged();
    }

    private void Arrange()
    {
        if (_moment is not { } moment)
            return;
        var filter = new FleetFilter(_filter);
        var rows = moment.Standings.Where(filter.Takes);
        if (_sort?.Order is { } order)
            rows = rows.OrderBy(each => order(each, moment));
        _rows = [.. _isDescending ? rows.Reverse() : rows];
    }

    private void Typed(ChangeEventArgs change) => FilterBy(change.Value?.ToString() ?? "");

    private void FilterBy(string filter)
    {
        _filter = filter;
        Arrange();
        GoTo("filter", filter.Length > 0 ? filter : null);
    }

    private void SortBy(FleetColumn column)
    {
        (_isDescending, _sort) = (_sort == column && !_isDescending, column);
        Arrange();
        GoTo("sort", column == FleetColumn.All[0] && !_isDescending ? null : (_isDescending ? "-" : "") + column.Name);
    }

    private void GoTo(string name, string? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), new NavigationOptions { ReplaceHistoryEntry = true });

    private string SortOf(FleetColumn column) =>
        column != (_sort ?? FleetColumn.All[0]) ? "none" : _isDescending ? "descending" : "ascending";

    private static string ClassOf(FleetColumn column) => (column.IsFigure ? "figure " : "") + (column.IsMinor ? "minor" : "");

    private static IEnumerable<(Concern Concern, string State, int Count)> Counts(FleetMoment moment) =>
        moment.Standings.GroupBy(each => (each.Concern, each.State)).OrderBy(group => group.Key.Concern)
            .Select(group => (group.Key.Concern, group.Key.State, group.Count()));

    private static string Word(string state, Concern concern) => concern == Concern.Well ? "" : $"state:{state}";

    private static int DownForLong(FleetMoment moment) =>
        moment.Standings.Count(each => each.Concern <= Concern.Down && moment.At - each.Since > Long);

    private static IReadOnlyList<(string Venue, int Open, int All)> Venues(FleetMoment moment) =>
    [
        .. moment.Standings.Where(each => each.Endpoint.Labels.ContainsKey("venue")).GroupBy(each => each.Endpoint.Labels["venue"])
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Count(each => each.State == "open"), group.Count())),
    ];

    private static string Counted(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Figure(double rate) => rate.ToString(rate < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
