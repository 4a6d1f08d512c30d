namespace ActorHeartbeat.TestKit;

internal static class TlsFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("tls-not-spoken", FaultEffect.Refused, "answers the TLS hello with plain HTTP", async connection =>
        {
            await connection.ReadSomethingAsync().ConfigureAwait(false);
            await connection.RespondAsync("400 Bad Request", "Connection: close").ConfigureAwait(false);
        }),
        Of("tls-reset", FaultEffect.Refused, "resets (RST) on the TLS hello", async connection =>
        {
            await connection.ReadSomethingAsync().ConfigureAwait(false);
            connection.Reset();
        }),
        Of("tls-stall", FaultEffect.Stalled, "never answers the TLS hello", connection => connection.HangAsync()),
        Of(
            "tls-untrusted", FaultEffect.Refused, "shows a certificate that nobody trusts",
            connection => SecureAsync(connection, "localhost", age: 0)),
        Of(
            "tls-expired", FaultEffect.Refused, "shows a certificate that has expired",
            connection => SecureAsync(connection, "localhost", age: 365)),
        Of(
            "tls-wrong-host", FaultEffect.Refused, "shows a certificate for another host",
            connection => SecureAsync(connection, "elsewhere.invalid", age: 0)),
    ];

    private static async Task SecureAsync(FaultedConnection connection, string host, int age)
    {
        using var certificate = TestCertificate.Create(connection.Options.Time, host, TimeSpan.FromDays(-age));
        await connection.SecureAsync(certificate).ConfigureAwait(false);
        await connection.AcceptAndServeAsync().ConfigureAwait(false);
    }

    private static Fault Of(string name, FaultEffect effect, string description, Func<FaultedConnection, Task> script) =>
        new(name, FaultStage.Tls, effect, description) { UsesTls = true, Script = script };
}
