using System.Globalization;
using ActorHeartbeat.Service.Operating;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace ActorHeartbeat.Service.WebConsole.Pages;

/// <summary>All endpoints, the worst first, filtered by the box and sorted by a head; both stand in the address.</summary>
public sealed partial class Fleet
{
    private const string VenueWord = "venue:";

    private const int AtOnce = 20;

    /// <summary>The browser waits as often and as long as the API asks for patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private FleetMoment? _moment;
    private List<Standing> _rows = [];
    private string _filter = "";
    private string? _progress;
    private FleetColumn? _sort;
    private bool _isDescending;
    private IDisposable? _watching;

    /// <inheritdoc cref="Routes.Role"/>
    [CascadingParameter(Name = "Role")]
    public string? Role { get; set; }

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

    private Task FilterBy(string filter)
    {
        _filter = filter;
        Arrange();
        return ShowAddressAsync();
    }

    private Task SortBy(FleetColumn column)
    {
        (_isDescending, _sort) = (_sort == column && !_isDescending, column);
        Arrange();
        return ShowAddressAsync();
    }

    /// <summary>Asks, then has the browser ask the API for each, a few at a time.</summary>
    private async Task AskForAllAsync(EndpointAction action)
    {
        var (shown, all) = (_rows, _moment?.Standings.Count ?? 0);
        var ids = shown.Select(row => row.Endpoint.Id).ToList();
        var parameters = new DialogParameters<ConfirmDialog>
        {
            { asked => asked.What, $"{action.Effect} This is for each of the {ids.Count} that are shown now." },
            { asked => asked.CommandLine, ShownCommand.Of(action.Verb, _filter, shown, all, new Uri(Navigation.BaseUri)) },
        };
        var dialog = await Dialogs.ShowAsync<ConfirmDialog>($"{action.Name} {Counted(ids.Count, "endpoint")}?", parameters);
        if (await dialog.Result is not { Canceled: false })
            return;
        var (done, refused) = (0, new List<string>());
        foreach (var some in ids.Chunk(AtOnce))
        {
            _progress = $"{action.Name}: {done} of {ids.Count}";
            StateHasChanged();
            var answers = await Script.InvokeAsync<ApiAnswer[]>("actorHeartbeat.sendToEach", Patience, [action.Verb, some]);
            refused.AddRange(answers.Zip(some).Where(each => !each.First.IsGood).Select(each => $"{each.Second}: {each.First.Why}"));
            done += some.Length;
        }
        _progress = null;
        Told.Add(
            refused.Count == 0
                ? $"{action.Name}: done for {ids.Count}"
                : $"{action.Name}: done for {ids.Count - refused.Count}, refused for {refused.Count}: {refused[0]}",
            refused.Count == 0 ? Severity.Success : Severity.Error);
    }

    /// <summary>The browser alone changes its address: one that came back here would undo what is typed meanwhile.</summary>
    private async Task ShowAddressAsync()
    {
        var sort = _sort is { } column && (column != FleetColumn.All[0] || _isDescending) ? (_isDescending ? "-" : "") + column.Name : null;
        await Script.InvokeVoidAsync("actorHeartbeat.show", Navigation.GetUriWithQueryParameters("/", new Dictionary<string, object?>
        {
            ["sort"] = sort,
            ["filter"] = _filter.Length > 0 ? _filter : null,
        }));
    }

    private string SortOf(FleetColumn column) =>
        column != (_sort ?? FleetColumn.All[0]) ? "none" : _isDescending != column.IsHighestFirst ? "descending" : "ascending";

    private static string? WidthOf(FleetColumn column) =>
        column.Width > 0 ? string.Create(CultureInfo.InvariantCulture, $"width: {column.Width}rem") : null;

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
