using ActorHeartbeat.Configuration.Settings;
using ActorHeartbeat.Endpoints;
using static ActorHeartbeat.Endpoints.ChangeEffect;

namespace ActorHeartbeat.Configuration.Schema;

/// <summary>The keys of the process around the endpoints, one row each: key, effect of a change, property and rule.</summary>
internal static class ProcessSchema
{
    private static readonly SettingsPart<ProcessSettings, ReloadSettings> Config = new(
        "config", process => process.Config, (process, config) => process with { Config = config });

    private static readonly SettingsPart<ProcessSettings, SupervisorSettings> Supervisor = new(
        "supervisor", process => process.Supervisor, (process, supervisor) => process with { Supervisor = supervisor });

    private static readonly SettingsPart<ProcessSettings, RestartSettings> Restarts = Supervisor.Part(
        "restart", supervisor => supervisor.Restart, (supervisor, restart) => supervisor with { Restart = restart });

    private static readonly SettingsPart<ProcessSettings, HostSettings> PerHost = Supervisor.Part(
        "per-host", supervisor => supervisor.PerHost, (supervisor, host) => supervisor with { PerHost = host });

    private static readonly SettingsPart<ProcessSettings, HttpSettings> Http = new(
        "http", process => process.Http, (process, http) => process with { Http = http });

    private static readonly SettingsPart<ProcessSettings, HttpTlsSettings> Tls = Http.Part(
        "tls", http => http.Tls, (http, tls) => http with { Tls = tls });

    private static readonly SettingsPart<ProcessSettings, AccessSettings> Access = Http.Part(
        "access", http => http.Access, (http, access) => http with { Access = access });

    private static readonly SettingsPart<ProcessSettings, RoleRates> Rates = Access.Part(
        "rate", access => access.Rates, (access, rates) => access with { Rates = rates });

    private static readonly SettingsPart<ProcessSettings, AuditSettings> Audit = Access.Part(
        "audit", access => access.Audit, (access, audit) => access with { Audit = audit });

    private static readonly SettingsPart<ProcessSettings, HealthSettings> Health = new(
        "health", process => process.Health, (process, health) => process with { Health = health });

    private static readonly SettingsPart<ProcessSettings, LogSettings> Log = new(
        "log", process => process.Log, (process, log) => process with { Log = log });

    private static readonly SettingsPart<ProcessSettings, TelemetrySettings> Telemetry = new(
        "telemetry", process => process.Telemetry, (process, telemetry) => process with { Telemetry = telemetry });

    private static readonly SettingsPart<ProcessSettings, OtlpSettings> Otlp = Telemetry.Part(
        "otlp", telemetry => telemetry.Otlp, (telemetry, otlp) => telemetry with { Otlp = otlp });

    private static readonly SettingsPart<ProcessSettings, FeedServerSettings> FeedServer = new(
        "feed-server", process => process.FeedServer, (process, server) => process with { FeedServer = server });

    public static readonly Key<ProcessSettings, TimeSpan> MinBackoff = Row(
        Restarts.Setting("min-backoff", Restart, restart => restart.MinBackoff, (restart, value) => restart with { MinBackoff = value }),
        Values.Positive);

    public static readonly Key<ProcessSettings, TimeSpan> MaxBackoff = Row(
        Restarts.Setting("max-backoff", Restart, restart => restart.MaxBackoff, (restart, value) => restart with { MaxBackoff = value }),
        Values.Positive);

    public static readonly Key<ProcessSettings, ListenAddress?> HttpListen = Row(
        Http.Setting("listen", Restart, http => http.Listen, (http, value) => http with { Listen = value }),
        AddressValues.OffOrListenOrSocket);

    public static readonly Key<ProcessSettings, ListenAddress?> HealthListen = Row(
        Http.Setting("health-listen", Restart, http => http.HealthListen, (http, value) => http with { HealthListen = value }),
        AddressValues.OffOrListen);

    public static readonly Key<ProcessSettings, string?> TlsCertificate = Row(
        Tls.Setting("certificate", Restart, tls => tls.Certificate, (tls, value) => tls with { Certificate = value }), Values.OffOrPath);

    public static readonly Key<ProcessSettings, string?> TlsKey = Row(
        Tls.Setting("key", Restart, tls => tls.Key, (tls, value) => tls with { Key = value }), Values.OffOrPath);

    public static readonly Key<ProcessSettings, string?> TlsClientCa = Row(
        Tls.Setting("client-ca", Restart, tls => tls.ClientCa, (tls, value) => tls with { ClientCa = value }), Values.OffOrPath);

    public static readonly Key<ProcessSettings, ValueMap<AccessKeySettings>> AccessKeys = Row(
        Access.Setting("keys", Live, access => access.Keys, (access, value) => access with { Keys = value }), AccessSchema.Keys);

    public static readonly Key<ProcessSettings, ValueMap<AccessCertificateSettings>> AccessCertificates = Row(
        Access.Setting("certificates", Live, access => access.Certificates, (access, value) => access with { Certificates = value }),
        AccessSchema.Certificates);

    public static readonly Key<ProcessSettings, ValueMap<OpenShare>> OpenShares = Row(
        Health.Setting(
            "ready.open-share", Live, health => health.OpenShares, (health, value) => health with { OpenShares = value }),
        HealthValues.OpenShares);

    public static readonly Key<ProcessSettings, ListenAddress?> FeedServerListen = Row(
        FeedServer.Setting("listen", Restart, server => server.Listen, (server, value) => server with { Listen = value }),
        AddressValues.OffOrListen);

    public static readonly Shape<ProcessSettings> Shape = new(
        Row(
            Config.Setting("watch", Live, config => config.Watch, (config, value) => config with { Watch = value }),
            Values.Switch),
        Row(
            Config.Setting("debounce", Live, config => config.Debounce, (config, value) => config with { Debounce = value }),
            Values.Duration),
        Row(
            Config.Setting("poll", Live, config => config.Poll, (config, value) => config with { Poll = value }),
            Values.Positive),
        Row(
            Config.Setting("max-removed", Live, config => config.MaxRemoved, (config, value) => config with { MaxRemoved = value }),
            Values.Percent),
        MinBackoff,
        MaxBackoff,
        Row(
            Restarts.Setting("jitter", Restart, restart => restart.Jitter, (restart, value) => restart with { Jitter = value }),
            Values.Share),
        Row(
            Restarts.Setting(
                "max-restarts", Restart, restart => restart.MaxRestarts, (restart, value) => restart with { MaxRestarts = value }),
            Values.UnlimitedOrCount),
        Row(
            Supervisor.Setting(
                "connect-rate", Live, supervisor => supervisor.ConnectRate, (supervisor, value) => supervisor with { ConnectRate = value }),
            RateValues.Rate),
        Row(
            Supervisor.Setting(
                "connect-burst", Live, supervisor => supervisor.ConnectBurst,
                (supervisor, value) => supervisor with { ConnectBurst = value }),
            Values.Count),
        Row(
            PerHost.Setting("connect-rate", Live, host => host.ConnectRate, (host, value) => host with { ConnectRate = value }),
            RateValues.UnlimitedOrRate),
        Row(
            PerHost.Setting("connect-burst", Live, host => host.ConnectBurst, (host, value) => host with { ConnectBurst = value }),
            Values.Count),
        Row(
            Supervisor.Setting(
                "max-connecting", Live, supervisor => supervisor.MaxConnecting,
                (supervisor, value) => supervisor with { MaxConnecting = value }),
            Values.Count),
        Row(
            Supervisor.Setting(
                "start-spread", Live, supervisor => supervisor.StartSpread, (supervisor, value) => supervisor with { StartSpread = value }),
            Values.Duration),
        Row(
            Supervisor.Setting(
                "shutdown-timeout", Live, supervisor => supervisor.ShutdownTimeout,
                (supervisor, value) => supervisor with { ShutdownTimeout = value }),
            Values.Positive),
        Row(
            new Setting<ProcessSettings, string?>(
                "state.path", Restart, process => process.StatePath, (process, value) => process with { StatePath = value }),
            Values.OffOrPath),
        Row(
            new Setting<ProcessSettings, string?>(
                "supervisor.state-file", Restart, process => process.StateFile, (process, value) => process with { StateFile = value }),
            Values.OffOrPath),
        HttpListen,
        HealthListen,
        Row(
            Http.Setting("socket-mode", Restart, http => http.SocketMode, (http, value) => http with { SocketMode = value }),
            Values.FileMode),
        TlsCertificate,
        TlsKey,
        TlsClientCa,
        AccessKeys,
        AccessCertificates,
        Row(
            Access.Setting("hosts", Live, access => access.Hosts, (access, value) => access with { Hosts = value }),
            AccessSchema.Hosts),
        Row(
            Access.Setting("session", Live, access => access.Session, (access, value) => access with { Session = value }),
            Values.Positive),
        Row(
            Access.Setting("body", Live, access => access.Body, (access, value) => access with { Body = value }),
            Values.Size),
        Row(
            Access.Setting("attempts", Live, access => access.Attempts, (access, value) => access with { Attempts = value }),
            RateValues.Rate),
        Row(
            Rates.Setting("read", Live, rates => rates.Read, (rates, value) => rates with { Read = value }),
            RateValues.UnlimitedOrRate),
        Row(
            Rates.Setting("operate", Live, rates => rates.Operate, (rates, value) => rates with { Operate = value }),
            RateValues.UnlimitedOrRate),
        Row(
            Rates.Setting("admin", Live, rates => rates.Admin, (rates, value) => rates with { Admin = value }),
            RateValues.UnlimitedOrRate),
        Row(
            Audit.Setting("path", Restart, audit => audit.Path, (audit, value) => audit with { Path = value }),
            Values.OffOrPath),
        Row(
            Audit.Setting("size", Restart, audit => audit.Size, (audit, value) => audit with { Size = value }),
            Values.FileSize),
        Row(
            Audit.Setting("keep", Restart, audit => audit.Keep, (audit, value) => audit with { Keep = value }),
            Values.NoneOrCount),
        OpenShares,
        Row(
            Log.Setting("level", Live, log => log.Level, (log, value) => log with { Level = value }),
            Values.Word<LogSeverity>()),
        Row(
            Log.Setting("format", Live, log => log.Format, (log, value) => log with { Format = value }),
            Values.Word<LogFormat>()),
        Row(
            Telemetry.Setting(
                "endpoint-limit", Restart, telemetry => telemetry.EndpointLimit,
                (telemetry, value) => telemetry with { EndpointLimit = value }),
            TelemetryValues.EndpointLimit),
        Row(
            Telemetry.Setting(
                "select", Restart, telemetry => telemetry.Select, (telemetry, value) => telemetry with { Select = value }),
            SinkSchema.Selector),
        Row(
            Otlp.Setting("endpoint", Restart, otlp => otlp.Endpoint, (otlp, value) => otlp with { Endpoint = value }),
            TelemetryValues.OffOrCollector),
        Row(
            Otlp.Setting("protocol", Restart, otlp => otlp.Protocol, (otlp, value) => otlp with { Protocol = value }),
            Values.Word<OtlpProtocol>()),
        Row(
            Otlp.Setting(
                "headers-from", Restart, otlp => otlp.HeadersFrom, (otlp, value) => otlp with { HeadersFrom = value }),
            TelemetryValues.EnvironmentName),
        Row(
            Otlp.Setting("interval", Restart, otlp => otlp.Interval, (otlp, value) => otlp with { Interval = value }),
            TelemetryValues.Interval),
        FeedServerListen);

    private static Key<ProcessSettings, TValue> Row<TValue>(Setting<ProcessSettings, TValue> setting, ValueReader<TValue> reader) =>
        new(setting, reader);
}
