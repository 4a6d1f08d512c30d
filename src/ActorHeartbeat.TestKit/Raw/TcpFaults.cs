namespace ActorHeartbeat.TestKit;

internal static class TcpFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Before("reset-on-accept", FaultEffect.Refused, "accepts and resets (RST)", connection =>
        {
            connection.Reset();
            return Task.CompletedTask;
        }),
        Before("fin-on-accept", FaultEffect.Refused, "accepts and ends (FIN)", connection => connection.FinishAsync()),
        Before("blackhole", FaultEffect.Stalled, "accepts and never reads or writes", connection => connection.HangAsync()),
        After("reset", FaultEffect.Ended, "opens, then resets (RST)", connection =>
        {
            connection.Reset();
            return Task.CompletedTask;
        }),
        After(
            "fin-without-close", FaultEffect.Ended, "opens, then ends (FIN) without a Close frame", connection => connection.FinishAsync()),
        After("half-open", FaultEffect.Silent, "opens, then never reads or writes", connection => connection.HangAsync()),
        After("fin-inside-frame", FaultEffect.Ended, "opens, then ends in the middle of a frame", async connection =>
        {
            await connection.WriteAsync(Frame.Text("cut short").ToBytes().AsMemory(0, 5)).ConfigureAwait(false);
            await connection.FinishAsync().ConfigureAwait(false);
        }),
        After("flapping", FaultEffect.Ended, "opens, lives shortly, ends by RST, FIN or Close in turn", FlapAsync),
    ];

    private static async Task FlapAsync(FaultedConnection connection)
    {
        await connection.DelayAsync(connection.Options.FlapAfter).ConfigureAwait(false);
        switch (connection.Number % 3)
        {
            case 0:
                await connection.SendAsync(Frame.Close(1012, "restart")).ConfigureAwait(false);
                await connection.ListenAsync().ConfigureAwait(false);
                break;
            case 1:
                connection.Reset();
                break;
            default:
                await connection.FinishAsync().ConfigureAwait(false);
                break;
        }
    }

    private static Fault Before(string name, FaultEffect effect, string description, Func<FaultedConnection, Task> script) =>
        new(name, FaultStage.Tcp, effect, description) { Script = script };

    private static Fault After(string name, FaultEffect effect, string description, Func<FaultedConnection, Task> script) =>
        Before(name, effect, description, async connection =>
        {
            await connection.AcceptAsync().ConfigureAwait(false);
            await script(connection).ConfigureAwait(false);
        });
}
