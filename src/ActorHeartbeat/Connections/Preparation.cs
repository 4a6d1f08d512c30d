using System.Diagnostics;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;

namespace ActorHeartbeat.Connections;

/// <summary>Makes the HTTP requests and calls the steps of the host before a dial, in order.</summary>
/// <param name="dialer">Makes the requests.</param>
/// <param name="url">The URL that is to be dialed, as configured.</param>
/// <param name="settings">The settings for the dial.</param>
/// <param name="conversation">Of the connection that is to be dialed.</param>
/// <param name="transcript">Tells who listens.</param>
internal sealed class Preparation(IDialer dialer, Uri url, EndpointSettings settings, Conversation conversation, Transcript transcript)
{
    private readonly Dictionary<string, string?> _set = new(StringComparer.Ordinal);

    public bool IsDone { get; private set; }

    /// <summary>What the answers set, as text by key; null in place of a text that has no value.</summary>
    public ValueMap<string?> Set => new(_set);

    /// <exception cref="StepFailedException">A step failed or was refused.</exception>
    public async Task RunAsync(
        IReadOnlyDictionary<SecretReference, string> secrets, IReadOnlyCollection<string> secretTexts, CancellationToken cancellation)
    {
        IsDone = true;
        using var trace = AttemptSteps.Begin(Activity.Current, "prepare");
        conversation.Request = conversation.Request with { Secrets = secrets, SecretTexts = secretTexts };
        for (var index = 0; index < settings.Prepare.Count; index++)
        {
            if (!conversation.Applies(settings.Prepare[index]))
                continue;
            foreach (var (key, text) in await TakeAsync(settings.Prepare[index], index, cancellation).ConfigureAwait(false))
                _set[key] = text;
        }
        trace?.Done();
    }

    private Task<ValueMap<string?>> TakeAsync(DialogueStep step, int index, CancellationToken cancellation)
    {
        var place = $"prepare, step {index + 1}";
        return step.Call is { } call
            ? new HostStepCall(url, settings, conversation, transcript, place).TakeAsync(step, call, cancellation)
            : new HttpStep(dialer, settings, conversation, transcript, place).TakeAsync(step, cancellation);
    }
}
