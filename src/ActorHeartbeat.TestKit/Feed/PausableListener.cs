using System.Net;
using Microsoft.AspNetCore.Connections;

namespace ActorHeartbeat.TestKit;

/// <summary>
/// Gives Kestrel a listening socket that can be closed and opened again without affecting accepted connections.
/// It simulates a server whose port is closed for a while, which Kestrel itself can only do by stopping.
/// </summary>
internal sealed class PausableListenerFactory(IConnectionListenerFactory inner) : IConnectionListenerFactory
{
    private PausableListener? _listener;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _listener = new PausableListener(inner, await inner.BindAsync(endpoint, cancellationToken).ConfigureAwait(false));

    public Task PauseAsync() => _listener?.PauseAsync() ?? Task.CompletedTask;

    public Task ResumeAsync() => _listener?.ResumeAsync() ?? Task.CompletedTask;
}

internal sealed class PausableListener(IConnectionListenerFactory factory, IConnectionListener first) : IConnectionListener
{
    private readonly SemaphoreSlim _switching = new(1, 1);
    private volatile IConnectionListener? _current = first;
    private volatile TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _over;

    public EndPoint EndPoint { get; } = first.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_over)
        {
            if (_current is { } listener)
            {
                if (await listener.AcceptAsync(cancellationToken).ConfigureAwait(false) is { } connection)
                    return connection;
                if (ReferenceEquals(listener, _current))
                    return null;
            }
            else
            {
                await _resumed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        return null;
    }

    public Task PauseAsync() => SwitchAsync(CloseAsync);

    public Task ResumeAsync() => SwitchAsync(async () =>
    {
        if (_current is not null || _over)
            return;
        _current = await factory.BindAsync(EndPoint).ConfigureAwait(false);
        _resumed.TrySetResult();
    });

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => new(SwitchAsync(() =>
    {
        _over = true;
        _resumed.TrySetResult();
        return CloseAsync();
    }));

    public ValueTask DisposeAsync() => UnbindAsync();

    private async Task CloseAsync()
    {
        if (_current is not { } listener)
            return;
        _resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _current = null;
        await listener.UnbindAsync().ConfigureAwait(false);
        await listener.DisposeAsync().ConfigureAwait(false);
        if (_over)
            _resumed.TrySetResult();
    }

    private async Task SwitchAsync(Func<Task> change)
    {
        await _switching.WaitAsync().ConfigureAwait(false);
        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            _switching.Release();
        }
    }
}
