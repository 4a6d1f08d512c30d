namespace ActorHeartbeat.TestKit;

/// <summary>Holds a client to what stands for the rest of a connection: what comes again and again, and what must.</summary>
/// <param name="line">The connection.</param>
/// <param name="holds">Whether the rules still hold.</param>
/// <param name="later">Runs an action after a time.</param>
/// <param name="fail">Takes what the client did wrong, and the line of the rule.</param>
internal sealed class PeerRules(PeerLine line, Func<bool> holds, Action<TimeSpan, Action> later, Action<string, int> fail)
{
    public void Stand(Statement statement)
    {
        switch (statement)
        {
            case Statement.Frames frames:
                line.Look(frames.Look);
                break;
            case Statement.Delimiter delimiter:
                line.EndWith(delimiter.Text);
                break;
            case Statement.Every every:
                later(every.Period, () => Repeat(every));
                break;
            case Statement.Silence silence:
                Watch(silence.Line, silence.Most, () => line.Signs, $"the client is silent for {Statement.Spell(silence.Most)}");
                break;
            case Statement.Whenever whenever:
                var rule = line.Stand(whenever);
                if (whenever.AtLeastEvery is { } most)
                    Watch(whenever.Line, most, () => rule.Times, $"this has not come for {Statement.Spell(most)}");
                break;
        }
    }

    private void Repeat(Statement.Every every)
    {
        if (!holds())
            return;
        if (line.Ask(every) is { } debt)
            later(every.Within, () =>
            {
                if (holds() && line.IsOwed(debt))
                    fail($"the answer has not come within {Statement.Spell(every.Within)}", every.Line);
            });
        later(every.Period, () => Repeat(every));
    }

    /// <summary>Fails when a count does not rise for too long.</summary>
    private void Watch(int at, TimeSpan most, Func<int> count, string fault)
    {
        var before = count();
        // Looks in short steps, so that the time is counted from the last sign.
        var step = most / 20;
        var still = TimeSpan.Zero;
        later(step, Look);

        void Look()
        {
            if (!holds())
                return;
            var now = count();
            still = now == before ? still + step : TimeSpan.Zero;
            before = now;
            if (still > most)
                fail(fault, at);
            else
                later(step, Look);
        }
    }
}
