using System.Net.Sockets;
using ActorHeartbeat.Files;

namespace ActorHeartbeat.Service.Access;

/// <summary>The file of a Unix socket that the service listens on (unix(7)).</summary>
internal static class SocketFile
{
    /// <summary>
    /// Binds a socket to a file of this mode. No client connects before the mode is set, because a bound socket refuses until it listens. A
    /// file that a dead process has left is replaced.
    /// </summary>
    /// <exception cref="SocketException">A living process listens on it, it is something else, or it cannot be made.</exception>
    public static Socket Bind(UnixDomainSocketEndPoint address, UnixFileMode mode)
    {
        var path = address.ToString();
        RemoveDead(address, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(address);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, mode);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveDead(UnixDomainSocketEndPoint address, string path)
    {
        if (FileStatus.Of(path, followLinks: false) is not { } status)
            return;
        if (status.Kind != FileKind.Socket)
            throw new SocketException(
                (int)SocketError.AccessDenied, $"{path} is a {RegularFile.NameOf(status.Kind)}, no socket, and is left alone");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        throw new SocketException((int)SocketError.AddressAlreadyInUse, $"{path}: another process listens on it");
    }
}
