using ActorHeartbeat.Connections;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Service.Contract;
using ActorHeartbeat.Service.Http;
using ActorHeartbeat.Service.Trying;
using Akka.Actor;
using Microsoft.AspNetCore.Components;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>The last lines of what is said on the connection of an endpoint, while somebody listens.</summary>
public sealed partial class ConversationTail
{
    private const int MostLines = 200;

    /// <summary>However much is said, it is shown twice a second.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly Queue<string> _lines = new();
    private ConversationTap? _tap;
    private IDisposable? _place;
    private string? _problem;
    private bool _isClosed;

    /// <summary>The endpoint.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    public void Dispose()
    {
        _isClosed = true;
        Stop();
    }

    private async Task Toggle()
    {
        if (_tap is not null)
        {
            Stop();
            return;
        }
        _problem = null;
        _place = Taps.TryTake();
        if (_place is null)
        {
            _problem = $"{TapPlaces.Most} listen already; one of them has to stop first";
            return;
        }
        try
        {
            _tap = await Connections.TapAsync(new EndpointId(Id));
        }
        catch (AskTimeoutException)
        {
            _problem = "the service does not answer; try again";
        }
        if (_tap is { } tap && !_isClosed)
            _ = FollowAsync(tap);
        else
            Stop();
    }

    private async Task FollowAsync(ConversationTap tap)
    {
        var printer = new TranscriptPrinter(TextWriter.Null);
        while (await tap.Lines.WaitToReadAsync() && _tap == tap)
        {
            while (tap.Lines.TryRead(out var line))
            {
                _lines.Enqueue(printer.Spell(ConversationLineView.Of(line)));
                if (_lines.Count > MostLines)
                    _lines.Dequeue();
            }
            StateHasChanged();
            await Task.Delay(Pace, Time, CancellationToken.None);
        }
        if (_tap != tap)
            return;
        Stop(); // the endpoint is gone
        StateHasChanged();
    }

    private void Stop()
    {
        _tap?.Dispose();
        _place?.Dispose();
        (_tap, _place) = (null, null);
    }
}
