using System.Runtime.InteropServices;

namespace ActorHeartbeat.Service.Running;

/// <summary>SIGINT (Ctrl-C) and SIGTERM: the first asks the process to end in good order, the second ends it at once.</summary>
internal sealed class TerminationSignals : IDisposable
{
    /// <summary>The shell's exit code for a process that a signal ended, minus the signal's number.</summary>
    private const int SignalExitBase = 128;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action<int> _abort;
    private int _received;

    /// <param name="abort">Ends the process with an exit code.</param>
    public TerminationSignals(Action<int> abort)
    {
        _abort = abort;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, number: 2)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, number: 15)),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Receive(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) == 1)
            _stop.Cancel();
        else
            _abort(SignalExitBase + number);
    }
}
