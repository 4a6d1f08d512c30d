using ActorHeartbeat.Endpoints;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The keys of a group. Every change is live, because budgets are looked up at each dial and each send.</summary>
internal static class GroupSchema
{
    public static readonly Shape<GroupSettings> Shape = new(
        Row("connect-rate", RateValues.UnlimitedOrRate, group => group.ConnectRate, (group, rate) => group with { ConnectRate = rate }),
        Row("connect-burst", Values.Count, group => group.ConnectBurst, (group, count) => group with { ConnectBurst = count }),
        Row(
            "max-connections",
            Values.UnlimitedOrCount,
            group => group.MaxConnections,
            (group, count) => group with { MaxConnections = count }),
        Row("priority", Values.Whole, group => group.Priority, (group, priority) => group with { Priority = priority }),
        Row("send-rate", RateValues.UnlimitedOrRate, group => group.SendRate, (group, rate) => group with { SendRate = rate }));

    private static Key<GroupSettings, TValue> Row<TValue>(
        string path, ValueReader<TValue> reader, Func<GroupSettings, TValue> get, Func<GroupSettings, TValue, GroupSettings> set) =>
        new(new Setting<GroupSettings, TValue>(path, Live, get, set), reader);
}
