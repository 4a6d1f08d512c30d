using ActorHeartbeat.Policies;

namespace ActorHeartbeat.Tests.Policies;

/// <summary>A cause stands in lines of the log: a key in it may hold any character.</summary>
public class CausesOfKeysTests
{
    [Fact]
    public void A_cause_that_names_a_key_is_one_line()
    {
        Assert.Equal("trades/a\\nb\\x1b[2J", CloseCause.KeyStale("trades/a\nb\u001b[2J").Detail);
        Assert.Equal("trades/a\\nb\\x1b[2J", CloseCause.NumbersMissing("trades/a\nb\u001b[2J").Detail);
    }
}
