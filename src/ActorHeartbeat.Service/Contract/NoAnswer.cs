using System.Security.Authentication;

namespace ActorHeartbeat.Service.Contract;

/// <summary>Why a service has not answered.</summary>
internal static class NoAnswer
{
    /// <summary>The reason in one line, with the remedy where the framework's message leads nowhere.</summary>
    public static string Reason(Exception problem) => problem is HttpRequestException { InnerException: AuthenticationException untrusted }
        ? $"{untrusted.Message.TrimEnd('.')}; SSL_CERT_FILE names a file with the authorities to trust"
        : problem.Message;
}
