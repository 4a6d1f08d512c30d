using System.Net.Sockets;
using ActorHeartbeat.Configuration.Settings;

namespace ActorHeartbeat.Service.Verbs;

/// <summary>Why the service cannot listen where its configuration says, and what to do.</summary>
internal static class ListenProblem
{
    /// <summary>Why the file of a socket cannot be made; null where nothing is wrong yet, and for an address.</summary>
    public static string? Reject(HttpSettings http) =>
        http.Listen?.SocketFile is { } file && !Directory.Exists(Path.GetDirectoryName(file))
            ? $"http.listen: {file}: its directory does not exist; make it, or correct the path"
            : null;

    /// <summary>What the operating system has refused; null when the problem is another one.</summary>
    public static SocketException? Find(Exception? problem) => problem switch
    {
        null => null,
        SocketException
        {
            SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable
        } refused => refused,
        _ => Find(problem.InnerException),
    };

    /// <summary>The problem in one line, with the remedy.</summary>
    /// <param name="problem">As the start has thrown it.</param>
    /// <param name="refused">What is in it.</param>
    /// <param name="process">Has the addresses.</param>
    /// <param name="path">The configuration.</param>
    public static string Describe(Exception problem, SocketException refused, ProcessSettings process, string path)
    {
        var addresses = new (string Key, ListenAddress? Address)[]
        {
            ("http.listen", process.Http.Listen),
            ("http.health-listen", process.Http.HealthListen),
            ("feed-server.listen", process.FeedServer.Listen),
        }.Where(each => each.Address is not null).Select(each => $"{each.Key} = {each.Address}").ToList();
        var remedy = refused.SocketErrorCode switch
        {
            SocketError.AccessDenied => "this user may not listen there: take a port from 1024 on, or a directory that it may write to",
            SocketError.AddressNotAvailable => "take an address that this machine has, such as 127.0.0.1 or 0.0.0.0",
            _ => "stop the other process, or take another address",
        };
        return $"cannot listen: {problem.Message.TrimEnd('.')} ({string.Join(", ", addresses)} in {path}); {remedy}";
    }
}
