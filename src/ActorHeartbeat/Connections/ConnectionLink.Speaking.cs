using System.Text;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;
using ActorHeartbeat.Templates;
using ActorHeartbeat.Transport;
using Akka.Actor;

namespace ActorHeartbeat.Connections;

/// <content>What goes out: messages of the configuration with their values, heartbeats, keep-alives, and requests by HTTP.</content>
internal sealed partial class ConnectionLink
{
    /// <summary>Does what an opening step says, and reports the next message that it expects as its answer.</summary>
    /// <param name="index">The step.</param>
    /// <returns>As <see cref="Say"/>.</returns>
    public string? Take(int index)
    {
        var step = Settings.OnOpen[index];
        var names = _conversation.Begin(step.Let);
        if (step.Expect is not null)
            _awaited = new AwaitedStep(
                index, step, names, _conversation.Await(step.Expect, names)!, _conversation.Await(step.Reject, names));
        return step.Send is { } message ? Say(message, Speaker.Step(index), names) : null;
    }

    /// <param name="message">The message.</param>
    /// <param name="by">What it comes from.</param>
    public ValueTask<SendStatus> SendAsync(OutboundMessage message, Speaker by)
    {
        if (IsHeard)
            Transcript.Said(message, by);
        if (_current.Framing.EndWith is { Length: > 0 } ending && message.Kind == MessageKind.Text)
            message = new OutboundMessage(MessageKind.Text, (byte[])[.. message.Payload.Span, .. Encoding.UTF8.GetBytes(ending)]);
        _plane.Counters.CountOut(message.Payload.Length);
        return _connection!.SendAsync(message);
    }

    /// <summary>Sends without a result: the only failure that matters is the end of the connection, and that is reported anyway.</summary>
    public void Send(OutboundMessage message, Speaker by) => _ = SendAsync(message, by);

    /// <summary>Sends a message of the configuration with its values.</summary>
    /// <param name="template">The message.</param>
    /// <param name="by">What it comes from.</param>
    /// <param name="names">The names of its block; null where it has none of its own.</param>
    /// <returns>The placeholder without a value, when it was not sent for that; otherwise null.</returns>
    public string? Say(MessageTemplate template, Speaker by, ITemplateNames? names = null)
    {
        if (_conversation.Fill(template, names, answered: null, out var lacking) is { } message)
            Send(message, by);
        return lacking;
    }

    /// <summary>Sends a heartbeat and, unless strict, asks for an event at the first sign of life after it.</summary>
    /// <returns>As <see cref="Say"/>.</returns>
    public string? Ping()
    {
        _plane.Counters.CountHeartbeat();
        var id = ++_pings;
        Volatile.Write(ref _pingSentAt, _clock.Elapsed.Ticks);
        Volatile.Write(ref _pingId, id);
        var heartbeat = Heartbeat;
        Volatile.Write(ref _wantsSign, heartbeat.Strict ? 0 : 1);
        if (heartbeat.Mode == HeartbeatMode.Ping)
        {
            Tell("heartbeat: a ping frame goes out");
            _connection!.TryPing(id); // refused while closing; then the end is on its way
        }
        if (heartbeat is not { Mode: not HeartbeatMode.Ping, Send: { } message })
            return null;
        var names = _conversation.Begin(heartbeat.Let);
        if (heartbeat.Expect is { HasPlaceholders: true } expect)
            // an answer that is late is still an answer
            _heartbeatAnswers = [_conversation.Await(expect, names), .. _heartbeatAnswers.Take(heartbeat.MaxMissed)];
        return Say(message, Speaker.Heartbeat, names);
    }

    /// <summary>A text that is made of a message; null for none, and where it has no value.</summary>
    public string? Filled(Template? template, RuleMatched matched) =>
        template?.Fill(_conversation.Hears(matched.Names, matched.Message));

    /// <summary>Makes the request of a step, and reports it like any answer.</summary>
    public async Task<ConnectionEvent> AskAsync(IDialer dialer, int index)
    {
        try
        {
            var step = new HttpStep(dialer, Settings, _conversation, Transcript, $"on-open, step {index + 1}");
            return new OpeningAnswered(Incarnation, index) { Set = await step.TakeAsync(Settings.OnOpen[index], _dial.Token) };
        }
        catch (StepFailedException refused)
        {
            return new OpeningRefused(Incarnation, index, "") { Failure = refused.Failure, Asked = refused.Asked };
        }
    }

    /// <summary>Says a keep-alive, unless it is to say only something new and has none.</summary>
    /// <returns>As <see cref="Say"/>.</returns>
    public string? KeepAlive(string name, KeepAlive keepAlive, IDialer dialer)
    {
        if (!HasSecretsOf(keepAlive))
            return null; // a reload has brought it: the next connection has them
        if (keepAlive.Send is not { } send)
        {
            AskAgain(name, keepAlive, dialer);
            return null;
        }
        var message = _conversation.Fill(send, _conversation.Begin(keepAlive.Let), answered: null, out var lacking);
        if (message is null)
            return keepAlive.When == KeepAliveWhen.Changed ? null : lacking;
        if (keepAlive.When == KeepAliveWhen.Changed && message.Equals(_keptAlive?.GetValueOrDefault(name)))
            return null;
        (_keptAlive ??= new(StringComparer.Ordinal))[name] = message;
        Send(message, Speaker.KeepAlive(name));
        return null;
    }

    private bool HasSecretsOf(KeepAlive keepAlive) =>
        keepAlive.Templates.SelectMany(template => template.References).All(Request.Secrets.ContainsKey);

    /// <summary>Makes a request of a keep-alive, one at a time: one that has no answer in its time makes room for the next.</summary>
    private void AskAgain(string name, KeepAlive keepAlive, IDialer dialer)
    {
        _requests ??= new(StringComparer.Ordinal);
        if (_requests.TryGetValue(name, out var before) && !before.Task.IsCompleted)
        {
            if (_clock.Elapsed - before.At < Settings.Timeouts.Connect)
                return;
            before.GiveUp();
        }
        var giveUp = CancellationTokenSource.CreateLinkedTokenSource(_dial.Token);
        _requests[name] = new KeepAliveRequest(KeepAliveAsync(name, keepAlive, dialer, giveUp), giveUp, _clock.Elapsed);
    }

    private async Task KeepAliveAsync(string name, KeepAlive keepAlive, IDialer dialer, CancellationTokenSource giveUp)
    {
        try
        {
            var step = new DialogueStep(null, null, TimeSpan.Zero) { Http = keepAlive.Http, Let = keepAlive.Let };
            await new HttpStep(dialer, Settings, _conversation, Transcript, $"keep-alives.{name}")
                .TakeAsync(step, giveUp.Token)
                .ConfigureAwait(false);
        }
        catch (StepFailedException refused)
        {
            if (!_gone)
                _owner.Tell(new KeepAliveFailed(Incarnation, refused.Message));
        }
        finally
        {
            giveUp.Dispose();
        }
    }

    private sealed record KeepAliveRequest(Task Task, CancellationTokenSource Cancellation, TimeSpan At)
    {
        public void GiveUp()
        {
            try
            {
                Cancellation.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just been answered.
            }
        }
    }
}
