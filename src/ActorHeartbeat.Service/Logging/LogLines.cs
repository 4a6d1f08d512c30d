using ActorHeartbeat.Endpoints;

namespace ActorHeartbeat.Service.Logging;

/// <summary>
/// Every line the process writes about itself: facts with endpoint, incarnation and attempt; never a payload, never a secret.
/// </summary>
internal static partial class LogLines
{
    [LoggerMessage(EventId = 1, Message = "{Endpoint,-20} {State,-13} incarnation {Incarnation} attempt {Attempt}")]
    public static partial void StateEntered(
        this ILogger log, LogLevel level, EndpointId endpoint, string state, long incarnation, int attempt);

    [LoggerMessage(
        EventId = 2,
        Message = "{Endpoint,-20} {State,-13} incarnation {Incarnation} attempt {Attempt}: {Cause}: {Detail}; next in "
            + "{RetryInSeconds:0.0##} s"
    )]
    public static partial void BackingOff(
        this ILogger log,
        LogLevel level,
        EndpointId endpoint,
        string state,
        long incarnation,
        int attempt,
        string cause,
        string detail,
        double retryInSeconds);

    [LoggerMessage(EventId = 3, Message = "{Endpoint,-20} {State,-13} incarnation {Incarnation} attempt {Attempt}: {Cause}: {Detail}")]
    public static partial void Ended(
        this ILogger log, LogLevel level, EndpointId endpoint, string state, long incarnation, int attempt, string cause, string detail);

    [LoggerMessage(EventId = 4, Message = "{Endpoint,-20} {State,-13}")]
    public static partial void ModeEntered(this ILogger log, LogLevel level, EndpointId endpoint, string state);

    [LoggerMessage(EventId = 5, Message = "{Endpoint,-20} {State,-13} {Cause}: {Detail}")]
    public static partial void FailedForGood(
        this ILogger log, LogLevel level, EndpointId endpoint, string state, string cause, string detail);

    [LoggerMessage(10, LogLevel.Information, "operator: {Command} {Endpoint}: {Outcome}")]
    public static partial void OperatorCommand(this ILogger log, string command, EndpointId endpoint, string outcome);

    [LoggerMessage(20, LogLevel.Information, "started: {Endpoints} endpoints of {File}, API on {Listen}, version {Version}")]
    public static partial void Started(this ILogger log, int endpoints, string file, string listen, string version);

    [LoggerMessage(21, LogLevel.Information, "demonstration feed server on {Url}")]
    public static partial void FeedServerStarted(this ILogger log, Uri url);

    [LoggerMessage(22, LogLevel.Information, "stopping: closing every connection; a second signal aborts")]
    public static partial void Stopping(this ILogger log);

    [LoggerMessage(23, LogLevel.Information, "all connections are closed ({Forced} had to be dropped)")]
    public static partial void Drained(this ILogger log, int forced);

    [LoggerMessage(24, LogLevel.Warning, "not every connection closed in time; dropping what is left")]
    public static partial void DrainOverdue(this ILogger log);

    [LoggerMessage(26, LogLevel.Warning, "{File}: the state of an earlier version is ignored: {Problem}")]
    public static partial void FormerStateIgnored(this ILogger log, string file, string problem);

    [LoggerMessage(27, LogLevel.Warning, "{File}: an entry of the governor's state is ignored: {Problem}: {Entry}")]
    public static partial void GovernorEntryIgnored(this ILogger log, string file, string problem, string entry);

    [LoggerMessage(28, LogLevel.Warning, "{File}: {More} more entries of the governor's state are ignored")]
    public static partial void GovernorEntriesIgnored(this ILogger log, string file, int more);

    [LoggerMessage(
        29, LogLevel.Warning, "{File}: the governor's state is dated {SavedAt:u}, later than now; no time counts as passed since")]
    public static partial void GovernorStateOfFuture(this ILogger log, string file, DateTimeOffset savedAt);

    [LoggerMessage(41, LogLevel.Warning, "{File}: not every session of an endpoint is taken from it: {Problem}")]
    public static partial void SessionsIgnored(this ILogger log, string file, string problem);

    [LoggerMessage(60, LogLevel.Warning, "{File}: {Problem}")]
    public static partial void StateRowIgnored(this ILogger log, string file, string problem);

    [LoggerMessage(
        42, LogLevel.Warning,
        "{File}: what is to survive a restart is not kept, and a crash now would give back what dials have spent: {Problem}")]
    public static partial void StateNotKept(this ILogger log, string file, string problem);

    [LoggerMessage(44, LogLevel.Information, "{File}: what is to survive a restart is kept again")]
    public static partial void StateKeptAgain(this ILogger log, string file);

    [LoggerMessage(45, LogLevel.Warning, "{File}: it is set aside as {Aside}, and a new one begins: {Problem}")]
    public static partial void StateSetAside(this ILogger log, string file, string aside, string problem);

    [LoggerMessage(46, LogLevel.Warning, "{File}: it has not answered within {Seconds} s, and the service starts without its state")]
    public static partial void StateOverdue(this ILogger log, string file, double seconds);

    [LoggerMessage(47, LogLevel.Information, "{File}: it has taken over the state of {Former}, which is {Aside} now")]
    public static partial void StateTakenOver(this ILogger log, string file, string former, string aside);

    [LoggerMessage(48, LogLevel.Warning, "{Former}: it is not taken over, because {File} has a state already; remove it")]
    public static partial void FormerStateStays(this ILogger log, string former, string file);

    [LoggerMessage(49, LogLevel.Information, "{Count} endpoints stay paused, as before the restart: {Endpoints}")]
    public static partial void EndpointsStayPaused(this ILogger log, int count, string endpoints);

    [LoggerMessage(43, LogLevel.Warning, "the sessions of endpoints are not saved: {Problem}")]
    public static partial void SessionsNotSaved(this ILogger log, string problem);

    [LoggerMessage(34, LogLevel.Error, "the actor system has ended by itself: all connections are gone, and the service ends")]
    public static partial void ActorsEnded(this ILogger log);

    [LoggerMessage(25, LogLevel.Information, "stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(EventId = 30, Message = "{Report}")]
    public static partial void Reloaded(this ILogger log, LogLevel level, string report);

    [LoggerMessage(31, LogLevel.Warning, "{Key} has changed; it counts from the next start of the process")]
    public static partial void NeedsRestart(this ILogger log, string key);

    [LoggerMessage(
        32,
        LogLevel.Information,
        "file descriptors: the limit is {Limit}; {Kept} are kept for the process, and the API may have {Connections} connections"
    )]
    public static partial void DescriptorsDivided(this ILogger log, int limit, int kept, int connections);

    [LoggerMessage(
        33,
        LogLevel.Warning,
        "file descriptors: the limit of {Limit} is too low for {Endpoints} endpoints, and some will wait; set it to {Needed} or more "
            + "(ulimit -n, LimitNOFILE)"
    )]
    public static partial void DescriptorsTooFew(this ILogger log, int limit, int endpoints, int needed);

    [LoggerMessage(35, LogLevel.Error, "sink {Sink} has failed; it begins again after its last line in {RetryInSeconds} s")]
    public static partial void SinkFailed(this ILogger log, Exception failure, string sink, double retryInSeconds);

    [LoggerMessage(36, LogLevel.Warning, "sink {Sink} could not write what it held within {Seconds} s of the shutdown; it is lost")]
    public static partial void SinkNotFlushed(this ILogger log, string sink, double seconds);

    [LoggerMessage(37, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger log, string warning);

    [LoggerMessage(38, LogLevel.Warning, "{More} more warnings of the configuration; check prints them")]
    public static partial void MoreConfigurationWarnings(this ILogger log, int more);

    [LoggerMessage(50, LogLevel.Warning, "systemd is not told {Notice}: {Problem}")]
    public static partial void SystemdNotTold(this ILogger log, string notice, string problem);

    [LoggerMessage(51, LogLevel.Error, "{File}: the audit log is not written, and what it loses is counted: {Problem}")]
    public static partial void AuditNotWritten(this ILogger log, string file, string problem);

    [LoggerMessage(58, LogLevel.Information, "{File}: the audit log is written again; {Lost} lines are lost")]
    public static partial void AuditWrittenAgain(this ILogger log, string file, long lost);

    [LoggerMessage(56, LogLevel.Error, "{File}: the audit log cannot be set aside, and grows on: {Problem}")]
    public static partial void AuditNotRotated(this ILogger log, string file, string problem);

    [LoggerMessage(
        57, LogLevel.Error,
        "http.access has lost its last key and client certificate: nobody may use the API until one is there, or the service starts again")]
    public static partial void CallersLost(this ILogger log);

    [LoggerMessage(52, LogLevel.Information, "{File}: new connections get the new certificate, good until {Expiry:u}")]
    public static partial void CertificateRead(this ILogger log, string file, DateTime expiry);

    [LoggerMessage(53, LogLevel.Warning, "the former certificate serves on: {Problem}")]
    public static partial void CertificateNotRead(this ILogger log, string problem);

    [LoggerMessage(
        54, LogLevel.Warning,
        "{What} cannot be pushed to {Collector}: it does not answer, or refuses them; it is tried on, and told when they are taken")]
    public static partial void CollectorLost(this ILogger log, string what, Uri collector);

    [LoggerMessage(55, LogLevel.Information, "{What} are pushed to {Collector} again")]
    public static partial void CollectorFound(this ILogger log, string what, Uri collector);

    [LoggerMessage(40, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, Exception failure, string method, string path);
}
