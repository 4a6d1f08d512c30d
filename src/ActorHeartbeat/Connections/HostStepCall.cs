using System.Text.Json;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Extensions;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;

namespace ActorHeartbeat.Connections;

/// <summary>Calls a step of the host, and keeps what it returns. Whatever it returns is a secret.</summary>
/// <param name="url">The URL that is to be dialed, as configured.</param>
/// <param name="settings">The settings for the dial.</param>
/// <param name="conversation">Of the connection.</param>
/// <param name="transcript">Tells who listens.</param>
/// <param name="place">Where the step stands, for messages.</param>
internal sealed class HostStepCall(
    Uri url, EndpointSettings settings, Conversation conversation, Transcript transcript, string place)
{
    /// <returns>What is set, as text by key; null in place of a text that has no value.</returns>
    /// <exception cref="StepFailedException">The step has failed, or is not there.</exception>
    public async Task<ValueMap<string?>> TakeAsync(DialogueStep step, StepCall call, CancellationToken cancellation)
    {
        if (conversation.Extensions.FindStep(call.Name) is not { } host)
            throw Failed($"there is no step {call.Name}");
        var names = conversation.Begin(step.Let);
        conversation.Await(pattern: null, names); // fills the values, because what is said counts and the host's thread does not
        var returned = await RunAsync(call.Name, host, names, cancellation).ConfigureAwait(false);
        foreach (var (name, text) in returned)
        {
            if (!host.Gives.Contains(name, StringComparer.Ordinal))
                throw Failed($"{call.Name} gives {PeerText.Of(name)} a value, and was registered without this name");
            if (text is null)
                throw Failed($"{call.Name} gives {name} null; leave the name out to keep its value");
            conversation.Keep(name, TemplateValue.Of(text) with { IsSecret = true }, settings.Secrets, TooBig);
        }
        if (transcript.IsHeard)
            transcript.Event($"{place}: {call.Name} gave {string.Join(", ", returned.Keys.Order(StringComparer.Ordinal))}");
        return conversation.Dictated(step.Set, names, JsonSerializer.SerializeToUtf8Bytes(returned));

        void TooBig(string name) => throw Failed($"{name} is over {Conversation.MostCaptured} bytes");
    }

    private async Task<Dictionary<string, string?>> RunAsync(
        string name, HostStep host, LetBlock names, CancellationToken cancellation)
    {
        var context = new StepContext(
            settings.Id,
            url.OriginalString,
            asked => names.Find(asked, conversation.Hears(names, message: null))?.AsText(),
            cancellation);
        try
        {
            // A step that ignores its token is left behind at the deadline: it owns nothing of the attempt.
            var returned = host.Run(context) is { } running ? await running.WaitAsync(cancellation).ConfigureAwait(false) : null;
            // Read here: the host's dictionary may throw too, and hold null in spite of its type.
            return returned is null
                ? throw Failed($"{name}: it returns nothing")
                : returned.ToDictionary(each => each.Key, string? (each) => each.Value, StringComparer.Ordinal);
        }
        catch (Exception error) when (error is not StepFailedException && !cancellation.IsCancellationRequested)
        {
            throw Failed($"{name}: {error.Message}"); // the code of the host may throw anything
        }
    }

    private StepFailedException Failed(string why) =>
        new(new DialFailure(FailureLayer.Resolve, PeerText.Of(conversation.Hide($"{place}: {why}", settings.Secrets))));
}
