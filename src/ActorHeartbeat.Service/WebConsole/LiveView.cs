using Akka.Actor;
using Microsoft.AspNetCore.Components;

namespace ActorHeartbeat.Service.WebConsole;

/// <summary>A page, or a part of one, that looks again and again for as long as it is shown.</summary>
public abstract class LiveView : ComponentBase, IDisposable
{

    private readonly CancellationTokenSource _closed = new();

    [Inject]
    private TimeProvider Time { get; set; } = null!; // set by the components, as the next

    [Inject]
    private ILogger Log { get; set; } = null!;

    /// <summary>How often it looks: every second, unless it says otherwise.</summary>
    protected virtual TimeSpan Pace => TimeSpan.FromSeconds(1);

    /// <summary>When it looked last.</summary>
    protected DateTimeOffset Now { get; private set; }

    /// <summary>Cancelled when it is closed.</summary>
    protected CancellationToken Closed => _closed.Token;

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _closed.Cancel();
        Dispose(isDisposing: true);
    }

    /// <summary>Ends what it has begun.</summary>
    protected virtual void Dispose(bool isDisposing)
    {
    }

    /// <summary>Gets what it shows.</summary>
    protected abstract Task LookAsync();

    /// <inheritdoc/>
    protected override void OnInitialized() => _ = LookOnAsync();

    /// <summary>Looks at once, and shows it.</summary>
    protected async Task LookNowAsync()
    {
        try
        {
            Now = Time.GetUtcNow();
            await LookAsync();
            if (!Closed.IsCancellationRequested)
                StateHasChanged();
        }
        catch (Exception problem) when (problem is AskTimeoutException or OperationCanceledException)
        {
            // Shown as it was; the next look comes soon, or it is closed.
        }
        catch (Exception problem)
        {
            Log.LogWarning(problem, "a page of the console has nothing to show");
        }
    }

    private async Task LookOnAsync()
    {
        while (!Closed.IsCancellationRequested)
        {
            await LookNowAsync();
            // A bare delay: a page is no actor, and nothing is due where it is late.
            await Task.Delay(Pace, Time, Closed).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }
}
