using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The keys of the process around the endpoints.</summary>
internal static class ProcessSchema
{
    public static readonly Shape<ProcessSettings> Shape = new(
        Row(
            "config.watch",
            Live,
            Values.Switch,
            process => process.Config.Watch,
            (process, on) => process with { Config = process.Config with { Watch = on } }),
        Row(
            "config.debounce",
            Live,
            Values.Duration,
            process => process.Config.Debounce,
            (process, time) => process with { Config = process.Config with { Debounce = time } }),
        Row(
            "config.poll",
            Live,
            Values.Positive,
            process => process.Config.Poll,
            (process, time) => process with { Config = process.Config with { Poll = time } }),
        Row(
            "config.max-removed",
            Live,
            Values.Percent,
            process => process.Config.MaxRemoved,
            (process, share) => process with { Config = process.Config with { MaxRemoved = share } }),
        Row(
            "supervisor.restart.min-backoff",
            ChangeEffect.Restart,
            Values.Positive,
            process => process.Supervisor.Restart.MinBackoff,
            (process, time) => Restart(process, restart => restart with { MinBackoff = time })),
        Row(
            "supervisor.restart.max-backoff",
            ChangeEffect.Restart,
            Values.Positive,
            process => process.Supervisor.Restart.MaxBackoff,
            (process, time) => Restart(process, restart => restart with { MaxBackoff = time })),
        Row(
            "supervisor.restart.jitter",
            ChangeEffect.Restart,
            Values.Share,
            process => process.Supervisor.Restart.Jitter,
            (process, share) => Restart(process, restart => restart with { Jitter = share })),
        Row(
            "supervisor.restart.max-restarts",
            ChangeEffect.Restart,
            Values.UnlimitedOrCount,
            process => process.Supervisor.Restart.MaxRestarts,
            (process, count) => Restart(process, restart => restart with { MaxRestarts = count })),
        Row(
            "supervisor.connect-rate",
            Live,
            RateValues.Rate,
            process => process.Supervisor.ConnectRate,
            (process, rate) => process with { Supervisor = process.Supervisor with { ConnectRate = rate } }),
        Row(
            "supervisor.connect-burst",
            Live,
            Values.Count,
            process => process.Supervisor.ConnectBurst,
            (process, count) => process with { Supervisor = process.Supervisor with { ConnectBurst = count } }),
        Row(
            "supervisor.per-host.connect-rate",
            Live,
            RateValues.UnlimitedOrRate,
            process => process.Supervisor.PerHost.ConnectRate,
            (process, rate) => PerHost(process, host => host with { ConnectRate = rate })),
        Row(
            "supervisor.per-host.connect-burst",
            Live,
            Values.Count,
            process => process.Supervisor.PerHost.ConnectBurst,
            (process, count) => PerHost(process, host => host with { ConnectBurst = count })),
        Row(
            "supervisor.max-connecting",
            Live,
            Values.Count,
            process => process.Supervisor.MaxConnecting,
            (process, count) => process with { Supervisor = process.Supervisor with { MaxConnecting = count } }),
        Row(
            "supervisor.start-spread",
            Live,
            Values.Duration,
            process => process.Supervisor.StartSpread,
            (process, time) => process with { Supervisor = process.Supervisor with { StartSpread = time } }),
        Row(
            "supervisor.shutdown-timeout",
            Live,
            Values.Positive,
            process => process.Supervisor.ShutdownTimeout,
            (process, time) => process with { Supervisor = process.Supervisor with { ShutdownTimeout = time } }),
        Row(
            "supervisor.state-file",
            ChangeEffect.Restart,
            Values.OffOrPath,
            process => process.StateFile,
            (process, path) => process with { StateFile = path }),
        Row(
            "http.listen",
            ChangeEffect.Restart,
            AddressValues.OffOrListen,
            process => process.Http.Listen,
            (process, address) => process with { Http = process.Http with { Listen = address } }),
        Row(
            "log.level",
            Live,
            Values.Word<LogSeverity>(),
            process => process.Log.Level,
            (process, level) => process with { Log = process.Log with { Level = level } }),
        Row(
            "log.format",
            Live,
            Values.Word<LogFormat>(),
            process => process.Log.Format,
            (process, format) => process with { Log = process.Log with { Format = format } }),
        Row(
            "feed-server.listen",
            ChangeEffect.Restart,
            AddressValues.OffOrListen,
            process => process.FeedServer.Listen,
            (process, address) => process with { FeedServer = process.FeedServer with { Listen = address } }));

    private static Key<ProcessSettings, TValue> Row<TValue>(
        string path,
        ChangeEffect effect,
        ValueReader<TValue> reader,
        Func<ProcessSettings, TValue> get,
        Func<ProcessSettings, TValue, ProcessSettings> set) => new(path, effect, reader, get, set);

    private static ProcessSettings PerHost(ProcessSettings process, Func<HostSettings, HostSettings> change) =>
        process with { Supervisor = process.Supervisor with { PerHost = change(process.Supervisor.PerHost) } };

    private static ProcessSettings Restart(ProcessSettings process, Func<RestartSettings, RestartSettings> change) =>
        process with { Supervisor = process.Supervisor with { Restart = change(process.Supervisor.Restart) } };
}
