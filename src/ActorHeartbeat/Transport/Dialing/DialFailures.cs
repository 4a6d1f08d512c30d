using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using ActorHeartbeat.Endpoints;
using ActorHeartbeat.Protocol;

namespace ActorHeartbeat.Transport.Dialing;

/// <summary>Turns an exception of a dial into a failure: the layer that failed, and one line about it.</summary>
internal static class DialFailures
{
    /// <param name="exception">What the handshake threw.</param>
    /// <param name="request">What was dialed.</param>
    /// <param name="stage">How far it got.</param>
    /// <param name="cancelled">Whether the caller gave the dial up.</param>
    /// <param name="address">The address that accepted the TCP connection, or null.</param>
    /// <param name="asked">What the server was asked for.</param>
    public static DialFailure Of(
        Exception exception, DialRequest request, DialStage stage, bool cancelled, IPEndPoint? address = null, string asked = "handshake")
    {
        var known = Causes(exception).OfType<DialException>().FirstOrDefault()?.Failure;
        // A refusal that arrived before the deadline is the true reason.
        var failure = known is { HttpStatus: not null } || (known is not null && !cancelled) ? known
            : cancelled ? new DialFailure(FailureLayer.Timeout, $"given up {WaitingFor(stage, asked)}")
            : Judge(exception, stage, asked);
        var where = Where(request, failure.Layer == FailureLayer.Proxy ? null : address);
        return failure with { Message = request.Hide($"{where}: {failure.Message}"), RemoteAddress = address };
    }

    /// <summary>Adds the address unless the URL already has it. A failure of the proxy names the proxy instead.</summary>
    private static string Where(DialRequest request, IPEndPoint? address) =>
        address is null || request.Url.IdnHost == address.Address.ToString() ? request.Where : $"{request.Where} ({address.Address})";

    private static DialFailure Judge(Exception exception, DialStage stage, string asked)
    {
        var (layer, message) = LayerOf(exception, stage, asked);
        return new DialFailure(layer, PeerText.Of(message));
    }

    private static (FailureLayer Layer, string Message) LayerOf(Exception exception, DialStage stage, string asked)
    {
        foreach (var cause in Causes(exception))
        {
            switch (cause)
            {
                case AuthenticationException or CryptographicException:
                    return (FailureLayer.Tls, $"TLS: {FirstLine(exception.GetBaseException().Message)}");
                case HttpRequestException
                {
                    HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded
                } answer:
                    return (FailureLayer.Protocol, $"the answer to the {asked} is not HTTP: {FirstLine(answer.Message)}");
                case SocketException socket when stage == DialStage.Securing:
                    return (FailureLayer.Tls, $"TLS: the connection broke during the TLS handshake: {socket.SocketErrorCode}");
                case SocketException socket:
                    return (FailureLayer.Tcp, $"the connection broke during the {asked}: {socket.SocketErrorCode}");
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return (FailureLayer.Tcp, $"the server closed the connection without a whole answer to the {asked}");
                case OperationCanceledException:
                    // The caller has not cancelled, so a lower layer gave up on the network.
                    return (FailureLayer.Timeout, $"the {asked} was given up below this program's deadlines");
            }
        }

        return (FailureLayer.Unknown, $"{exception.GetType().Name}: {FirstLine(exception.GetBaseException().Message)}");
    }

    private static string WaitingFor(DialStage stage, string asked) => stage switch
    {
        DialStage.Starting => "before it began",
        DialStage.Connecting => "while no address answered",
        DialStage.Tunnelling => "while the proxy did not open the tunnel",
        DialStage.Securing => "during the TLS handshake",
        _ when asked == "handshake" => "while the server did not answer the upgrade request",
        _ => $"while the server did not answer the {asked}",
    };

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    private static string FirstLine(string message) =>
        message.AsSpan().TrimEnd().IndexOfAny('\r', '\n') is > 0 and var end ? message[..end] : message;
}
